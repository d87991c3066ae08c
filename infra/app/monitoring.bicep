param workspaceName string
param insightsName string
param location string
param tags object

@description('GB of logs a day. Above it logs are refused until the next day.')
param dailyLogGb int

@description('Whether telemetry is taken only through the private link scope.')
param isPrivate bool

// The portal, the workbook and alert rules go on to query over public addresses, with a role.
var ingestion = isPrivate ? 'Disabled' : 'Enabled'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    // Application Insights keeps its tables for 90 days without charge; 30 is the minimum of the workspace.
    retentionInDays: 30
    workspaceCapping: { dailyQuotaGb: dailyLogGb }
    publicNetworkAccessForIngestion: ingestion
    publicNetworkAccessForQuery: 'Enabled'
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    publicNetworkAccessForIngestion: ingestion
    publicNetworkAccessForQuery: 'Enabled'
  }
}

output workspaceName string = workspace.name
output insightsId string = insights.id
output insightsName string = insights.name
output connectionString string = insights.properties.ConnectionString
