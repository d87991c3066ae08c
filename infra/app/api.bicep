param name string
param planName string
param location string
param tags object
param identityId string
param identityClientId string
param storageName string
param packageContainerName string
param insightsConnectionString string
param instanceMemoryMB int
param maximumInstanceCount int
param httpConcurrency int
param requestBodyBytes int
param threadCount int

@description('Instances for HTTP requests that are never stopped.')
param alwaysReadyInstances int

@allowed(['Recreate', 'RollingUpdate'])
param siteUpdateStrategy string

@description('Whether instances are spread over zones.')
param isZoneRedundant bool

@description('The network whose subnet app instances join. Empty: none.')
param networkName string

@description('The app\'s own settings: README.md has their table.')
param settings object

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' existing = {
  name: networkName
}

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2025-01-01' existing = {
  parent: network
  name: 'app'
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  // checkov:skip=CKV_AZURE_225:zones are a matter of Cosmos DB too, and neither is free; a missed cycle is caught up
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: isZoneRedundant }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  // checkov:skip=CKV_AZURE_222:reads are public; collecting needs a key
  // checkov:skip=CKV_AZURE_78:Flex Consumption refuses ftpsState; below, FTP has no password to sign in with
  // checkov:skip=CKV_AZURE_17:browsers have no certificates
  // checkov:skip=CKV_AZURE_212:Flex Consumption scales from none; an instance always ready is billed all month
  // checkov:skip=CKV_AZURE_213:Flex Consumption has no health check path; the availability test in alerts.bicep asks /api/v1/health
  name: name
  location: location
  // azd finds the app of a service by this tag.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Without it references are resolved with the system-assigned identity, which the app doesn't have.
    keyVaultReferenceIdentity: identityId
    publicNetworkAccess: 'Enabled'
    // On Flex Consumption all outbound traffic then goes through the network: the settings for that are refused.
    virtualNetworkSubnetId: empty(networkName) ? null : (subnet.id)
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'python', version: '3.13' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances > 0 ? [{ name: 'http', instanceCount: alwaysReadyInstances }] : []
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
      // Documented, but not in Bicep's types.
      #disable-next-line BCP037
      siteUpdateStrategy: { type: siteUpdateStrategy }
    }
    // Flex Consumption refuses most of siteConfig, including ftpsState.
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
    }
  }
}

// Deployment uses Entra ID: azd signs in as the account that runs it. Each child of the site waits for the one before,
// because Azure refuses two changes of a site at the same time.
resource ftpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource scmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
  dependsOn: [ftpPassword]
}

// On Flex Consumption functionAppConfig sets the runtime and its version. FUNCTIONS_WORKER_RUNTIME and
// FUNCTIONS_EXTENSION_VERSION are refused here.
resource appSettings 'Microsoft.Web/sites/config@2025-03-01' = {
  // checkov:skip=CKV_AZURE_222:reads are public; and this is appsettings, not the site
  // checkov:skip=CKV_AZURE_13:reads are public; and this is appsettings, not authsettings
  // checkov:skip=CKV_AZURE_63:this is appsettings, not web; Flex Consumption logs to Application Insights
  // checkov:skip=CKV_AZURE_65:this is appsettings, not web; errors never show more than their problem document
  // checkov:skip=CKV_AZURE_66:this is appsettings, not web; traces go to Application Insights
  // checkov:skip=CKV_AZURE_80:this is appsettings, not web; and Python, not .NET
  // checkov:skip=CKV_AZURE_88:this is appsettings, not azurestorageaccounts; the app keeps no files
  parent: app
  name: 'appsettings'
  dependsOn: [scmPassword]
  properties: union(settings, {
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
    AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
    AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
    // The dashboard is at /, where the host has a page of its own.
    AzureWebJobsDisableHomepage: 'true'
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: string(requestBodyBytes)
    PYTHON_THREADPOOL_THREAD_COUNT: string(threadCount)
    // Without it DefaultAzureCredential looks for the system-assigned identity.
    AZURE_CLIENT_ID: identityClientId
    APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identityClientId}'
  })
}

output name string = app.name
output uri string = 'https://${app.properties.defaultHostName}'
