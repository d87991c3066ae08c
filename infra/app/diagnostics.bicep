@allowed(['audit', 'all'])
param level string
param workspaceName string
param storageName string
param cosmosName string
param vaultName string

// https://learn.microsoft.com/azure/azure-monitor/reference/logs-index. Categories by name: not every resource has
// the groups of categories. Metrics are left out, which are kept for 93 days without a charge.
var storageCategories = {
  audit: ['StorageDelete']
  all: ['StorageDelete', 'StorageRead', 'StorageWrite']
}
var cosmosCategories = {
  audit: ['ControlPlaneRequests']
  all: [
    'ControlPlaneRequests'
    'DataPlaneRequests'
    'PartitionKeyRUConsumption'
    'PartitionKeyStatistics'
    'QueryRuntimeStatistics'
  ]
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' existing = {
  parent: storage
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' existing = {
  parent: storage
  name: 'default'
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' existing = {
  name: cosmosName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource workspaceLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: workspace
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'Audit', enabled: true }]
  }
}

resource vaultLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: vault
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: blobs
  properties: {
    workspaceId: workspace.id
    logs: [for category in storageCategories[level]: { category: category, enabled: true }]
  }
}

resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: queues
  properties: {
    workspaceId: workspace.id
    logs: [for category in storageCategories[level]: { category: category, enabled: true }]
  }
}

resource cosmosLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: cosmos
  properties: {
    workspaceId: workspace.id
    // Tables of its own, instead of the one that all resources share.
    logAnalyticsDestinationType: 'Dedicated'
    logs: [for category in cosmosCategories[level]: { category: category, enabled: true }]
  }
}
