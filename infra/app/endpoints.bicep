@description('The end of all names.')
param token string
param location string
param tags object
param networkId string
param subnetId string
param storageName string
param cosmosName string
param vaultName string
param workspaceName string
param insightsName string

var abbreviations = loadJsonContent('../abbreviations.json')

// https://learn.microsoft.com/azure/private-link/private-endpoint-dns
var blobZone = 'privatelink.blob.${environment().suffixes.storage}'
var queueZone = 'privatelink.queue.${environment().suffixes.storage}'
var tableZone = 'privatelink.table.${environment().suffixes.storage}'
var cosmosZone = 'privatelink.documents.azure.com'
var vaultZone = 'privatelink.vaultcore.azure.net'
var monitorZones = [
  'privatelink.monitor.azure.com'
  'privatelink.oms.opinsights.azure.com'
  'privatelink.ods.opinsights.azure.com'
  'privatelink.agentsvc.azure-automation.net'
]

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' existing = {
  name: cosmosName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// One endpoint of it stands for all of Azure Monitor in this network.
resource monitor 'Microsoft.Insights/privateLinkScopes@2021-09-01' = {
  name: '${abbreviations.insightsPrivateLinkScopes}${token}'
  location: 'global'
  tags: tags
  properties: { accessModeSettings: { ingestionAccessMode: 'PrivateOnly', queryAccessMode: 'Open' } }
}

resource scopedWorkspace 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01' = {
  parent: monitor
  name: 'workspace'
  properties: { linkedResourceId: workspace.id }
}

resource scopedInsights 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-09-01' = {
  parent: monitor
  name: 'insights'
  properties: { linkedResourceId: insights.id }
  dependsOn: [scopedWorkspace]
}

module zones 'zone.bicep' = [
  for name in concat([blobZone, queueZone, tableZone, cosmosZone, vaultZone], monitorZones): {
    name: 'zone-${name}'
    params: {
      name: name
      tags: tags
      networkId: networkId
    }
  }
]

// The first of them serves Azure Monitor, too, whose endpoint comes last, when what it covers is in its scope.
var targets = [
  { part: 'blob', id: storage.id, zones: [blobZone] }
  { part: 'queue', id: storage.id, zones: [queueZone] }
  { part: 'table', id: storage.id, zones: [tableZone] }
  { part: 'Sql', id: cosmos.id, zones: [cosmosZone] }
  { part: 'vault', id: vault.id, zones: [vaultZone] }
  { part: 'azuremonitor', id: monitor.id, zones: concat(monitorZones, [blobZone]) }
]

// One after the other: an account and a subnet refuse two endpoints at the same time.
@batchSize(1)
module endpoints 'endpoint.bicep' = [
  for target in targets: {
    name: 'endpoint-${target.part}'
    dependsOn: [zones, scopedInsights]
    params: {
      name: '${abbreviations.networkPrivateEndpoints}${token}-${toLower(target.part)}'
      location: location
      tags: tags
      subnetId: subnetId
      targetId: target.id
      part: target.part
      zones: target.zones
    }
  }
]
