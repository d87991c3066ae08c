param name string
param location string
param tags object

@allowed(['free', 'autoscale', 'serverless'])
param mode string
param databaseName string

@description('Documents expire a week after this, counted from the last write: a safety net for the cleanup.')
param retentionDays int

@allowed([7, 30])
@description('The last days of which any moment can be restored.')
param restoreDays int

@description('Whether copies are in three zones instead of one.')
param isZoneRedundant bool

@description('Whether only private endpoints reach it.')
param isPrivate bool

@description('Whether a lock keeps it from being deleted.')
param isLocked bool

// The throughput of the free tier, shared by all containers. Separately, each would need at least 400.
var sharedThroughput = 1000
var throughput = {
  free: { throughput: sharedThroughput }
  autoscale: { autoscaleSettings: { maxThroughput: sharedThroughput } }
  serverless: {}
}
var timeToLive = (retentionDays + 7) * 86400

// The same as CONTAINERS of shared/store. Only paths that queries filter or sort on are indexed, so that
// a write costs less.
var containers = [
  {
    name: 'posts'
    partitionKey: '/community'
    indexed: [{ path: '/community/?' }, { path: '/order_key/?' }, { path: '/sentiment/label/?' }]
  }
  {
    name: 'comments'
    partitionKey: '/community'
    indexed: [
      { path: '/community/?' }
      { path: '/order_key/?' }
      { path: '/post_id/?' }
      { path: '/sentiment/label/?' }
    ]
  }
  {
    name: 'stats'
    partitionKey: '/scope'
    indexed: [{ path: '/id/?' }, { path: '/scope/?' }]
  }
  {
    name: 'topics'
    partitionKey: '/id'
    indexed: [{ path: '/id/?' }]
  }
  {
    name: 'cycles'
    partitionKey: '/kind'
    indexed: [
      { path: '/id/?' }
      { path: '/kind/?' }
      { path: '/order_key/?' }
      { path: '/outbox/?' }
      { path: '/reconciled/?' }
    ]
  }
  {
    name: 'communities'
    partitionKey: '/bucket'
    indexed: [
      { path: '/bucket/?' }
      { path: '/due_at/?' }
      { path: '/id/?' }
      { path: '/left/?' }
      { path: '/shard/?' }
    ]
  }
]

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' = {
  // checkov:skip=CKV_AZURE_101:the way in is by role, never by key; docs/azure.md shows the private way
  // checkov:skip=CKV_AZURE_99:the way in is by role, never by key; docs/azure.md shows the private way
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: isZoneRedundant }]
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    capabilities: mode == 'serverless' ? [{ name: 'EnableServerless' }] : []
    enableFreeTier: mode == 'free'
    // The account stays within the free tier, even if another database is added to it.
    capacity: mode == 'free' ? { totalThroughputLimit: sharedThroughput } : null
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    // Seven days are without a charge.
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: restoreDays == 30 ? 'Continuous30Days' : 'Continuous7Days' }
    }
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-04-15' = {
  parent: account
  name: databaseName
  properties: {
    resource: { id: databaseName }
    options: throughput[mode]
  }
}

resource declared 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-04-15' = [
  for container in containers: {
    parent: database
    name: container.name
    properties: {
      resource: {
        id: container.name
        partitionKey: { paths: [container.partitionKey], kind: 'Hash', version: 2 }
        defaultTtl: timeToLive
        indexingPolicy: {
          indexingMode: 'consistent'
          automatic: true
          includedPaths: container.indexed
          excludedPaths: [{ path: '/*' }]
        }
      }
    }
  }
]

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (isLocked) {
  name: 'keep'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'It holds all posts, comments and statistics.'
  }
}

output name string = account.name
output endpoint string = account.properties.documentEndpoint
