param name string
param location string
param tags object

@secure()
@description('The secret of the Reddit app. Empty: the stored secret stays.')
param redditClientSecret string

@secure()
@description('A token of GitHub. Empty: the stored one stays, if there is one.')
param githubToken string

@secure()
@description('The password at the SMTP server. Empty: the stored one stays, if there is one.')
param smtpPassword string

@secure()
@description('The key of the server of chat completions. Empty: the stored one stays, if there is one.')
param askKey string

@description('Days for which the vault and its secrets can be recovered once they are deleted.')
param retentionDays int

@description('Whether nobody can purge them before. It can\'t be switched off again.')
param purgeProtection bool

@description('Whether only private endpoints reach it.')
param isPrivate bool

@description('Whether a lock keeps it from being deleted.')
param isLocked bool

var redditSecretName = 'reddit-client-secret'
var githubSecretName = 'github-token'
var smtpSecretName = 'smtp-password'
var askSecretName = 'ask-key'

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  // checkov:skip=CKV_AZURE_109:the way in is by role, never by key; docs/azure.md shows the private way
  // checkov:skip=CKV_AZURE_189:the way in is by role, never by key; docs/azure.md shows the private way
  // checkov:skip=CKV_AZURE_110:Reddit issues a new secret at any time, and a protected vault can't be deleted with the rest
  // checkov:skip=CKV_AZURE_42:see CKV_AZURE_110; what was deleted can be recovered for seven days
  name: name
  location: location
  tags: tags
  properties: {
    sku: { family: 'A', name: 'standard' }
    tenantId: tenant().tenantId
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: retentionDays
    // Azure refuses false.
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      bypass: 'AzureServices'
    }
  }
}

resource reddit 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(redditClientSecret)) {
  // checkov:skip=CKV_AZURE_41:Reddit's secrets don't expire: a date would only stop the collection
  // checkov:skip=CKV_AZURE_114:contentType is set; the policy does not see into a resource with a condition
  parent: vault
  name: redditSecretName
  properties: {
    value: redditClientSecret
    contentType: 'the secret of the app at reddit.com/prefs/apps'
  }
}

resource github 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(githubToken)) {
  // checkov:skip=CKV_AZURE_41:GitHub's tokens have a date of their own; a second one would only stop the collection
  // checkov:skip=CKV_AZURE_114:contentType is set; the policy does not see into a resource with a condition
  parent: vault
  name: githubSecretName
  properties: {
    value: githubToken
    contentType: 'a token of GitHub without scopes'
  }
}

resource smtp 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(smtpPassword)) {
  // checkov:skip=CKV_AZURE_41:the mail server decides when a password ends; a second date would only stop the e-mails
  // checkov:skip=CKV_AZURE_114:contentType is set; the policy does not see into a resource with a condition
  parent: vault
  name: smtpSecretName
  properties: {
    value: smtpPassword
    contentType: 'the password at the SMTP server that sends alerts'
  }
}

resource ask 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(askKey)) {
  // checkov:skip=CKV_AZURE_41:the server decides when a key ends; a second date would only stop the answers
  // checkov:skip=CKV_AZURE_114:contentType is set; the policy does not see into a resource with a condition
  parent: vault
  name: askSecretName
  properties: {
    value: askKey
    contentType: 'the key of the server of chat completions'
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (isLocked) {
  name: 'keep'
  scope: vault
  properties: {
    level: 'CanNotDelete'
    notes: 'It holds secrets that nobody else may have.'
  }
}

output name string = vault.name
// Without a version, so that the app follows the newest one.
output redditClientSecretUri string = '${vault.properties.vaultUri}secrets/${redditSecretName}'
output githubTokenUri string = '${vault.properties.vaultUri}secrets/${githubSecretName}'
output smtpSecretUri string = '${vault.properties.vaultUri}secrets/${smtpSecretName}'
output askKeyUri string = '${vault.properties.vaultUri}secrets/${askSecretName}'
