param name string
param location string
param tags object

@description('Whether copies are in three zones instead of one.')
param isZoneRedundant bool

@description('Whether only private endpoints reach it.')
param isPrivate bool

@description('Whether a lock keeps it from being deleted.')
param isLocked bool

var packageContainer = 'app-package'

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  // checkov:skip=CKV_AZURE_59:the way in is by role, never by key; docs/azure.md shows the private way
  // checkov:skip=CKV_AZURE_35:the way in is by role, never by key; docs/azure.md shows the private way
  // checkov:skip=CKV_AZURE_206:it holds locks, queues and the package, which a deployment makes again; a copy in another region has no use
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: isZoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      bypass: 'AzureServices'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
}

@description('The container of the deployed package.')
resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: packageContainer
  properties: { publicAccess: 'None' }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

// The host would create them on first use. Declared, they can be read and monitored from the start.
@description('Requests to collect, clean, backfill, rematch or score, pushed items, alerts, what failed five times.')
resource requests 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [
  for queue in [
    'collect-requests'
    'collect-requests-poison'
    'shard-requests'
    'shard-requests-poison'
    'cleanup-requests'
    'cleanup-requests-poison'
    'backfill-requests'
    'backfill-requests-poison'
    'ingest-batches'
    'ingest-batches-poison'
    'rematch-requests'
    'rematch-requests-poison'
    'trending-requests'
    'trending-requests-poison'
    'score-requests'
    'score-requests-poison'
    'model-score-requests'
    'model-score-requests-poison'
    'correction-requests'
    'correction-requests-poison'
    'alert-evaluations'
    'alert-evaluations-poison'
    'alert-deliveries'
    'alert-deliveries-poison'
    'digest-issues'
    'digest-issues-poison'
    'model-questions'
    'model-questions-poison'
  ]: {
    parent: queues
    name: queue
  }
]

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (isLocked) {
  name: 'keep'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'It holds waiting requests and the keys of functions.'
  }
}

output name string = account.name
output packageContainerName string = packages.name
