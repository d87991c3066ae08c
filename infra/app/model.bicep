@description('The resource of Azure OpenAI whose models answer questions and may score texts.')
param name string
param principalId string

// Cognitive Services OpenAI User, the built-in role that may ask models.
// https://learn.microsoft.com/azure/ai-foundry/openai/how-to/role-based-access-control
var openAiUser = '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = {
  name: name
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, openAiUser)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', openAiUser)
  }
}

output endpoint string = 'https://${account.properties.customSubDomainName}.openai.azure.com/openai/v1/'
