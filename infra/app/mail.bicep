@description('The resource of Azure Communication Services that sends e-mails of alerts.')
param name string
param principalId string

// Communication and Email Service Owner, the built-in role that may send e-mails.
// https://learn.microsoft.com/azure/communication-services/concepts/authentication
var emailServiceOwner = '09976791-48a7-449e-bb21-39d1a415f350'

resource communication 'Microsoft.Communication/communicationServices@2025-05-01' existing = {
  name: name
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(communication.id, principalId, emailServiceOwner)
  scope: communication
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', emailServiceOwner)
  }
}

output endpoint string = 'https://${communication.properties.hostName}'
