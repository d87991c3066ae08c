param appName string

@description('The client id of the app registration to sign in to.')
param clientId string

@description('Who issues its tokens.')
param issuer string

@description('''
Whether the app answers who isn't signed in: it checks the roles of everybody else, and shows the page that leads to the
sign-in. Feeds with a signed address are for readers that sign in nowhere.
''')
param isCheckedByApp bool

var openPaths = [
  '/api/v1/health'
  '/.well-known/security.txt'
  '/.well-known/oauth-protected-resource'
  '/.well-known/oauth-protected-resource/mcp'
]

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName
}

// https://learn.microsoft.com/azure/app-service/configure-authentication-mcp
resource signIn 'Microsoft.Web/sites/config@2025-03-01' = {
  // checkov:skip=CKV_AZURE_222:people and agents sign in from anywhere; and this is authsettingsV2, not the site
  // checkov:skip=CKV_AZURE_13:this is where it is set, which the policy looks for in authsettings
  // checkov:skip=CKV_AZURE_63:this is authsettingsV2, not web
  // checkov:skip=CKV_AZURE_65:this is authsettingsV2, not web
  // checkov:skip=CKV_AZURE_66:this is authsettingsV2, not web
  // checkov:skip=CKV_AZURE_80:this is authsettingsV2, not web; and Python, not .NET
  // checkov:skip=CKV_AZURE_88:this is authsettingsV2, not azurestorageaccounts
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true }
    globalValidation: {
      // Tokens are checked in any case, and nobody else's request has the headers that name a caller.
      requireAuthentication: !isCheckedByApp
      // Agents look for this answer; people open /.auth/login/aad.
      unauthenticatedClientAction: isCheckedByApp ? 'AllowAnonymous' : 'Return401'
      // The availability test signs in nowhere, agents read the metadata before they sign in, and who reports a fault
      // of security has no account. Where all pass there is nothing to leave out: the platform then takes its headers
      // from no client at any path.
      excludedPaths: isCheckedByApp ? [] : openPaths
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          openIdIssuer: issuer
          // The app's identity instead of a secret.
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
        }
        validation: { allowedAudiences: ['api://${clientId}', clientId] }
      }
    }
    login: { tokenStore: { enabled: false } }
    httpSettings: { requireHttps: true }
  }
}
