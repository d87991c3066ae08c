targetScope = 'subscription'

@minLength(1)
@maxLength(64)
@description('The name of the azd environment. Names of resources come from it.')
param environmentName string

@minLength(1)
@description('The region of all resources. `az functionapp list-flexconsumption-locations` lists the possible ones.')
@metadata({ azd: { type: 'location' } })
param location string

@description('''
The id of a script or web app that has access to Reddit's API. Empty: Reddit isn't read. Reddit gives no new
access since 31 October 2026, and has announced to close its API in March 2027.
''')
param redditClientId string = ''

@secure()
@description('The secret of that app, which goes to Key Vault. Empty: the stored one stays.')
param redditClientSecret string = ''

@description('The user agent for Reddit, with your user name: python:undertone:0.1.0 (by /u/your_name)')
param redditUserAgent string = ''

@description('''
Subreddits to watch, separated by commas. Empty: the 14 default ones of the app where Reddit or its archive is read,
otherwise none.
''')
param subreddits string = ''

@description('''
Communities of other sources to watch, separated by commas: docs/sources.md. Empty: nine that need no account, where
neither Reddit nor subreddits are given.
''')
param communities string = ''

@description('An e-mail or web address of the operator, which sites see in the User-Agent of requests.')
param contact string = ''

@description('The e-mail or https:// address that /.well-known/security.txt names, for faults of security.')
param securityContact string = ''

@description('The words that hn.NAME looks for at Hacker News, as NAME=words, separated by commas.')
param hnQueries string = ''

@description('Addresses of Discourse forums that forum.NAME reads, as NAME=https://…, separated by commas.')
param forums string = ''

@secure()
@description('A token of GitHub without scopes, which goes to Key Vault. Empty: the stored one stays, or none is used.')
param githubToken string = ''

@description('Whether the vault holds a token of GitHub, now or from an earlier deployment.')
param useGithubToken bool = !empty(githubToken)

@description('Whether releases of watched GitHub repositories become markers.')
param releaseMarkers bool = true

@allowed(['off', 'backfill', 'poll'])
@description('Whether subreddits are read from the archive Arctic Shift: docs/sources.md.')
param arcticShift string = 'off'

@minValue(0)
@maxValue(3650)
@description('Days of the past that are read of a community that is new.')
param backfillDays int = 90

@allowed(['free', 'autoscale', 'serverless'])
@description('''
How Cosmos DB is paid. Figures: docs/performance.md, "What it costs".
free: the free tier, 1,000 RU/s manual throughput shared by all containers. A cycle fits in it. One
  account in a subscription may have it. Not autoscale: that bills an hour at its peak, which each
  half-hourly cycle makes 1,000 RU/s, and the free tier covers no more than 1,000 RU/s at any time.
serverless: pay for each request; the cheaper mode if another account has the free tier.
autoscale: 100 to 1,000 RU/s, for an app with many readers, or where serverless is not available.
It can't be changed later: make a new environment.
''')
param cosmosMode string = 'free'

@description('The name of the database. A new name makes an empty one, to restore into, and leaves the old one.')
param cosmosDatabase string = 'undertone'

@minValue(1)
@maxValue(3650)
@description('Days for which data is kept. Containers let it expire a week later.')
param retentionDays int = 90

@description('When to collect: NCRONTAB, six fields, UTC.')
param collectSchedule string = '0 */30 * * * *'

@description('When to find what is trending.')
param trendingSchedule string = '0 5 * * * *'

@description('When to clean up.')
param cleanupSchedule string = '0 0 2 * * *'

@description('When to send alerts that wait: retries, ends of quiet hours, and what lost messages left.')
param alertsSchedule string = '0 */5 * * * *'

@description('The address of the dashboard in links of alerts. Empty: the host name of the app.')
param publicUrl string = ''

@allowed(['encoder', 'linear', 'vader', 'llm'])
@description('How text is scored: docs/sentiment.md. After a change stored items are scored again.')
param sentimentMethod string = 'encoder'

@allowed(['leave_out', 'count'])
@description('Whether texts that are not English count in labels and averages.')
param otherLanguages string = 'leave_out'

@minValue(0)
@maxValue(500)
@description('Requests to each source that a cycle may spend on older items.')
param sweepRequests int = 30

@minValue(1)
@maxValue(600)
@description('Seconds after which the lease of a crashed writer ends.')
param leaseSeconds int = 60

@minValue(0)
@maxValue(60)
@description('Seconds for which an answer is kept in memory.')
param cacheSeconds int = 2

@minValue(0)
@maxValue(100000)
@description('The searches, files and long spans that one client may ask for a minute. 0: no limit.')
param heavyReadsAMinute int = 60

@minValue(0)
@maxValue(2000000000)
@description('''
The request units of Cosmos DB that reads without a key may cost a day (UTC). 0: no limit. A million costs $0.25 where
cosmosMode is serverless: docs/azure.md, "What strangers can cost".
''')
param dailyReadUnits int = 4000000

@description('The sender of alerts by e-mail, such as Undertone <alerts@example.org>: docs/alert_email.md.')
param alertsFrom string = ''

@description('The SMTP server that sends alerts by e-mail. Empty: none does.')
param smtpHost string = ''

@minValue(1)
@maxValue(65535)
@description('The port of the SMTP server.')
param smtpPort int = 587

@description('The user at the SMTP server. Empty: it asks for none.')
param smtpUser string = ''

@secure()
@description('The password of that user, which goes to Key Vault. Empty: the stored one stays.')
param smtpPassword string = ''

@allowed(['starttls', 'tls', 'none'])
@description('How the connection to the SMTP server is encrypted. none takes no password.')
param smtpTls string = 'starttls'

@description('Instead of an SMTP server, the address of a resource of Azure Communication Services.')
param acsEndpoint string = ''

@description('''
Instead of an SMTP server and acsEndpoint, the id of a resource of Azure Communication Services, in any resource group of
this tenant. The app's identity gets the role that sends e-mails there, and its address is the endpoint.
''')
param acsResourceId string = ''

@description('''
Secrets of alert channels, as NAME=secret, separated by commas. NAME becomes a setting, which rules name as `secret`;
the secret is one of the app's key vault. ALERTS_SLACK=alerts-slack. docs/alert_channels.md, "Secrets".
''')
param alertSecrets string = ''

@description('A server of chat completions that answers questions and may score texts: docs/sentiment.md. Empty: none.')
param askEndpoint string = ''

@description('The model to ask there; of Azure OpenAI, the name of its deployment.')
param askModel string = ''

@secure()
@description('The key of that server, which goes to Key Vault. Empty: the stored one stays, or none is used.')
param askKey string = ''

@description('Whether the vault holds a key of that server, now or from an earlier deployment.')
param useAskKey bool = !empty(askKey)

@description('''
Instead of askEndpoint and askKey, the id of a resource of Azure OpenAI, in any resource group of this tenant. The app's
identity gets the role that asks its models, and its address is the endpoint.
''')
param askResourceId string = ''

@minValue(0)
@description('The tokens that questions may cost a day.')
param askDailyTokens int = 500000

@minValue(0)
@description('The tokens that scoring by a model may cost a day.')
param llmDailyTokens int = 1000000

@description('Origins whose pages may call the API, separated by commas.')
param corsOrigins string = ''

@description('Hosts and networks of inner networks that alerts may be sent to, separated by commas.')
param alertsAllow string = ''

@description('''
The client id of an app registration of this tenant. With it everything but the health check and security.txt needs a
sign-in with Entra ID: docs/azure.md, "Sign-in with Entra ID". Empty: nothing needs one.
''')
param entraClientId string = ''

@description('The number of proxies in front of the app, such as Front Door, or their networks, separated by commas.')
param trustedProxies string = '0'

@allowed(['public', 'key', 'entra'])
@description('''
Who may read: docs/access.md. key needs adminKeys, and entra needs entraClientId. Where it isn't public, the app itself
checks each request.
''')
param readAccess string = 'public'

@description('Keys that may read, by their hashes: docs/access.md. `python -m local key NAME` makes one.')
param readKeys string = ''

@description('Keys that may read and change, by their hashes. Empty: the function keys of the app may change.')
param adminKeys string = ''

@allowed(['DEBUG', 'INFO'])
@description('The lowest level that the app logs. Above INFO, alerts and queries would miss the lines that they count.')
param logLevel string = 'INFO'

@allowed(['azure', 'off'])
@description('Whether the app sends traces and metrics of its own to Application Insights: docs/telemetry.md.')
param telemetry string = 'azure'

@allowed([512, 2048, 4096])
@description('''
Memory of an instance in MB. A first cycle and trending over a million items stay under 130 MB
(docs/performance.md); host and worker add a few hundred MB. 2048 comes with a whole core, which
scoring and JSON need; 512 comes with a quarter of one.
''')
param instanceMemoryMB int = 2048

@minValue(1)
@maxValue(1000)
@description('''
The maximum number of instances of each group of functions: a limit to the bill. HTTP functions are one
group; each timer and queue function is a group of its own. Of these only one instance works at a time,
because of the lease. More instances than the database's 1,000 RU/s can serve would only make the database
refuse requests: a dashboard's first view costs 146 to 1,569 RU. 40 is the lowest value that the platform
accepted when the plan was new.
''')
param maximumInstanceCount int = 40

@minValue(1)
@maxValue(1000)
@description('''
The number of HTTP requests that an instance serves simultaneously. The platform's default for Python is 1,
which suits functions that block. These are async and wait for the database: one process on two cores answered 465
requests a second of 600 users with a p95 of 360 ms (docs/performance.md). 100 leaves room on one core.
''')
param httpConcurrency int = 100

@minValue(1048576)
@maxValue(104857600)
@description('''
The maximum size in bytes of a request body. The host reads the whole body, of any client, before a function
sees it; its default is 100 MiB. No endpoint takes more than 1,048,576 bytes. With twice that limit a body that is
a little too large reaches the app, which answers 413. Beyond the limit the host answers an empty 500.
''')
param requestBodyBytes int = 2097152

@minValue(1)
@maxValue(32)
@description('''
The number of threads for functions that block: the timers and the queue function. At most four of these run
in an instance, each with an event loop and a database client of its own. HTTP functions are async and need no
thread. The host's default is 1000.
''')
param threadCount int = 8

@minValue(1)
@description('GB of logs a day. Above it logs are refused until the next day: a limit to the bill.')
param dailyLogGb int = 1

@maxLength(64)
@description('The address that gets alerts and warnings of the budget. Empty, and no alertWebhook: no alert is made.')
param alertEmail string = ''

@secure()
@description('An https address that gets the same, in the common alert schema of Azure Monitor. Empty: none does.')
param alertWebhook string = ''

@description('''
Whether alerts also report failed requests, poisoned messages, a database at its limit and logs at theirs, beside
collection and health. Prices: docs/azure.md, "For a platform team".
''')
param moreAlerts bool = true

@minValue(1)
@description('The number of requests answered with 500 or above within 15 minutes that raises an alert.')
param failedRequests int = 20

@description('''
The time without a completed cycle that raises the alert, ISO 8601: two intervals of collectSchedule, or 15 minutes if
these are shorter, since the alert's query runs every 15 minutes.
''')
@allowed(['PT15M', 'PT30M', 'PT45M', 'PT1H', 'PT2H', 'PT3H', 'PT4H', 'PT5H', 'PT6H', 'P1D', 'P2D'])
param alertWindow string = 'PT1H'

@description('''
The principal that gets the data roles for docs/runbook.md: queue messages, documents, and secrets of alert channels.
azd gives the id of the account that runs it. Empty: only the app has these roles.
''')
param principalId string = ''

@description('''
The object id of the people who operate the app. They may read every resource and the logs, restart the app and list its
keys, and get the data roles of principalId. Empty: no further role is given.
''')
param operatorsId string = ''

@allowed(['Group', 'User', 'ServicePrincipal'])
@description('The kind of principal that operatorsId names.')
param operatorsType string = 'Group'

@description('Tags of all resources beside azd-env-name, such as cost-center=42,owner=ann.')
param resourceTags string = ''

@description('''
Whether storage, Cosmos DB, the key vault and Azure Monitor are reached only through private endpoints in a virtual
network, which the app joins. Cost and preconditions: docs/azure.md, "Private networking".
''')
param privateNetwork bool = false

@minLength(9)
@maxLength(18)
@description('The addresses of the virtual network. They must not be those of a network that it is peered with.')
param networkPrefix string = '10.77.0.0/24'

@minLength(9)
@maxLength(18)
@description('The addresses of the app in it, a /27 at least. No other resource can use them.')
param appSubnetPrefix string = '10.77.0.0/25'

@minLength(9)
@maxLength(18)
@description('The addresses of private endpoints in it, a /26 at least: that of Azure Monitor takes more than ten.')
param endpointSubnetPrefix string = '10.77.0.128/26'

@description('''
Addresses of networks, peered with the virtual network, from which people and jobs reach the private endpoints, separated
by commas: 10.1.2.0/24,10.1.3.4. Empty: only the app does.
''')
param operatorPrefixes string = ''

@description('''
Whether the virtual network has a NAT gateway, through which the app reaches its sources and Entra ID. Without it, give
the subnet `app` another way to the internet, such as a firewall.
''')
param natGateway bool = true

@allowed(['off', 'audit', 'all'])
@description('''
The resource logs that go to the workspace. audit: reads and changes of secrets, changes of the database account,
deletions in storage, queries of logs. all: every operation as well. They count against dailyLogGb.
''')
param diagnostics string = 'off'

@minValue(0)
@description('''
The monthly cost of the resource group, in the currency of the subscription. alertEmail and alertWebhook get a warning at
80%, at 100%, and when 100% is forecast. It stops nothing. 0, or no budgetStart: there is no budget.
''')
param monthlyBudget int = 0

@maxLength(10)
@description('''
The first day of the month in which the budget begins, such as 2026-12-01: that of the first deployment with a budget, or
later. Azure refuses to change it, so keep it.
''')
param budgetStart string = ''

@description('Whether a lock keeps the database account, the storage account and the key vault from being deleted.')
param lockData bool = false

@description('''
Whether the key vault can't be purged before vaultRetentionDays have passed since its deletion. It can't be switched off
again, and the name stays reserved.
''')
param purgeProtection bool = false

@minValue(7)
@maxValue(90)
@description('Days for which a deleted vault and its secrets can be recovered. Azure refuses to change it.')
param vaultRetentionDays int = 7

@allowed([7, 30])
@description('The last days of which any moment of the database can be restored. 7 cost nothing.')
param restoreDays int = 7

@description('''
Whether instances are spread over zones. Then two instances of each group of functions are always ready and billed, and
the storage account is zone-redundant, too. Not every region supports it.
''')
param planZoneRedundant bool = false

@description('Whether the storage account is spread over zones. A later deployment can\'t change it.')
param storageZoneRedundant bool = false

@description('Whether the database account is spread over zones. A later deployment can\'t change it.')
param cosmosZoneRedundant bool = false

@minValue(0)
@maxValue(20)
@description('Instances that are always ready for HTTP requests, billed all month. 0: an idle app starts at a request.')
param alwaysReadyInstances int = 0

@allowed(['Recreate', 'RollingUpdate'])
@description('''
How a deployment replaces instances. Recreate: it restarts all. RollingUpdate, a preview: in batches, which end their
work first, so that both versions run for a while. A change takes effect with the next deployment.
''')
param siteUpdateStrategy string = 'Recreate'

var abbreviations = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tagPairs = [
  for tag in split(resourceTags, ','): '"${trim(split(tag, '=')[0])}":"${trim(substring(tag, indexOf(tag, '=') + 1))}"'
]
var ownTags = empty(resourceTags) ? {} : json('{${join(tagPairs, ',')}}')
var tags = union(ownTags, { 'azd-env-name': environmentName })
var hasOperators = !empty(operatorsId)
var hasReceivers = !empty(alertEmail) || !empty(alertWebhook)
var groupName = '${abbreviations.resourcesResourceGroups}${environmentName}'
var vaultName = '${abbreviations.keyVaultVaults}${token}'

// Without a version, so that the app follows the newest one.
var secretAt = '@Microsoft.KeyVault(SecretUri=https://${vaultName}${environment().suffixes.keyvaultDns}/secrets/'
// Checkov can't read lambdas, so that an object is made of JSON.
var alertPairs = [
  for each in split(alertSecrets, ','): '"${trim(split(each, '=')[0])}":"${secretAt}${trim(last(split(each, '=')))})"'
]
var alertSettings = empty(alertSecrets) ? {} : json('{${join(alertPairs, ',')}}')

var issuer = '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'

// The platform serves the metadata that agents look for.
var signInScopes = { WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES: 'api://${entraClientId}/user_impersonation' }
var signInSettings = empty(entraClientId) ? {} : signInScopes

// The scope of a module that isn't deployed is read, too: then it is a group that there is.
var ownGroup = '${subscription().id}/resourceGroups/${groupName}'
var askParts = split(empty(askResourceId) ? ownGroup : askResourceId, '/')
var acsParts = split(empty(acsResourceId) ? ownGroup : acsResourceId, '/')

// A cycle ends a minute before the platform would end its worker. The time limit is only in host.json.
var functionTimeout = split(loadJsonContent('../host.json').functionTimeout, ':')
var functionSeconds = int(functionTimeout[0]) * 3600 + int(functionTimeout[1]) * 60 + int(functionTimeout[2])
var cycleSeconds = functionSeconds - 60

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: groupName
  location: location
  tags: tags
}

module identity 'app/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: '${abbreviations.managedIdentityUserAssignedIdentities}${token}'
    location: location
    tags: tags
  }
}

module monitoring 'app/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: '${abbreviations.operationalInsightsWorkspaces}${token}'
    insightsName: '${abbreviations.insightsComponents}${token}'
    location: location
    tags: tags
    dailyLogGb: dailyLogGb
    isPrivate: privateNetwork
  }
}

module storage 'app/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: '${abbreviations.storageStorageAccounts}${token}'
    location: location
    tags: tags
    isZoneRedundant: storageZoneRedundant || planZoneRedundant
    isPrivate: privateNetwork
    isLocked: lockData
  }
}

module database 'app/db.bicep' = {
  name: 'database'
  scope: group
  params: {
    name: '${abbreviations.documentDBDatabaseAccounts}${token}'
    location: location
    tags: tags
    mode: cosmosMode
    databaseName: cosmosDatabase
    retentionDays: retentionDays
    restoreDays: restoreDays
    isZoneRedundant: cosmosZoneRedundant
    isPrivate: privateNetwork
    isLocked: lockData
  }
}

module secrets 'app/secrets.bicep' = {
  name: 'secrets'
  scope: group
  params: {
    name: vaultName
    location: location
    tags: tags
    redditClientSecret: redditClientSecret
    githubToken: githubToken
    smtpPassword: smtpPassword
    askKey: askKey
    retentionDays: vaultRetentionDays
    purgeProtection: purgeProtection
    isPrivate: privateNetwork
    isLocked: lockData
  }
}

module rbac 'app/rbac.bicep' = {
  name: 'rbac'
  scope: group
  params: {
    principalId: identity.outputs.principalId
    storageName: storage.outputs.name
    vaultName: secrets.outputs.name
    insightsName: monitoring.outputs.insightsName
    cosmosName: database.outputs.name
  }
}

// One who is both gets the roles of operators.
module operator 'app/operator.bicep' = if (!empty(principalId) && principalId != operatorsId) {
  name: 'operator'
  scope: group
  // Cosmos DB refuses two changes of an account's roles at the same time.
  dependsOn: [rbac]
  params: {
    principalId: principalId
    storageName: storage.outputs.name
    vaultName: secrets.outputs.name
    cosmosName: database.outputs.name
  }
}

module mail 'app/mail.bicep' = if (!empty(acsResourceId)) {
  name: 'mail'
  scope: resourceGroup(acsParts[2], acsParts[4])
  params: {
    name: last(acsParts)
    principalId: identity.outputs.principalId
  }
}

module model 'app/model.bicep' = if (!empty(askResourceId)) {
  name: 'model'
  scope: resourceGroup(askParts[2], askParts[4])
  params: {
    name: last(askParts)
    principalId: identity.outputs.principalId
  }
}

module network 'app/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    prefix: networkPrefix
    appPrefix: appSubnetPrefix
    endpointPrefix: endpointSubnetPrefix
    operatorPrefixes: operatorPrefixes
    natGateway: natGateway
  }
}

module endpoints 'app/endpoints.bicep' = if (privateNetwork) {
  name: 'endpoints'
  scope: group
  // Cosmos DB refuses an endpoint while it changes its roles.
  dependsOn: [rbac, operator]
  params: {
    token: token
    location: location
    tags: tags
    networkId: (network!.outputs.id)
    subnetId: (network!.outputs.endpointSubnetId)
    storageName: storage.outputs.name
    cosmosName: database.outputs.name
    vaultName: secrets.outputs.name
    workspaceName: monitoring.outputs.workspaceName
    insightsName: monitoring.outputs.insightsName
  }
}

module api 'app/api.bicep' = {
  name: 'api'
  scope: group
  // Without its roles and, in a private network, its endpoints the host can't start.
  dependsOn: [rbac, endpoints]
  params: {
    name: '${abbreviations.webSitesFunctions}${token}'
    planName: '${abbreviations.webServerFarms}${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: (identity.outputs.clientId)
    storageName: storage.outputs.name
    packageContainerName: storage.outputs.packageContainerName
    insightsConnectionString: monitoring.outputs.connectionString
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    httpConcurrency: httpConcurrency
    requestBodyBytes: requestBodyBytes
    threadCount: threadCount
    alwaysReadyInstances: alwaysReadyInstances
    siteUpdateStrategy: siteUpdateStrategy
    isZoneRedundant: planZoneRedundant
    networkName: privateNetwork ? (network!.outputs.name) : ''
    // The app's own settings count where a secret has the name of one.
    settings: union(alertSettings, signInSettings, {
      REDDIT_CLIENT_ID: redditClientId
      REDDIT_CLIENT_SECRET: empty(redditClientId) ? '' : '@Microsoft.KeyVault(SecretUri=${secrets.outputs.redditClientSecretUri})'
      REDDIT_USER_AGENT: redditUserAgent
      ORIGIN: 'live'
      SUBREDDITS: subreddits
      COMMUNITIES: communities
      CONTACT: contact
      SECURITY_CONTACT: securityContact
      HN_QUERIES: hnQueries
      FORUMS: forums
      GITHUB_TOKEN: useGithubToken ? '@Microsoft.KeyVault(SecretUri=${secrets.outputs.githubTokenUri})' : ''
      RELEASE_MARKERS: releaseMarkers ? 'true' : 'false'
      ARCTIC_SHIFT: arcticShift
      BACKFILL_DAYS: string(backfillDays)
      COSMOS_ENDPOINT: database.outputs.endpoint
      COSMOS_DATABASE: cosmosDatabase
      COLLECT_SCHEDULE: collectSchedule
      TRENDING_SCHEDULE: trendingSchedule
      CLEANUP_SCHEDULE: cleanupSchedule
      ALERTS_SCHEDULE: alertsSchedule
      PUBLIC_URL: publicUrl
      // On Azure every scale-out is a start-up.
      COLLECT_ON_STARTUP: 'false'
      RETENTION_DAYS: string(retentionDays)
      SENTIMENT_METHOD: sentimentMethod
      OTHER_LANGUAGES: otherLanguages
      SWEEP_REQUESTS: string(sweepRequests)
      LEASE_SECONDS: string(leaseSeconds)
      CYCLE_SECONDS: string(cycleSeconds)
      CACHE_SECONDS: string(cacheSeconds)
      HEAVY_READS_A_MINUTE: string(heavyReadsAMinute)
      DAILY_READ_UNITS: string(dailyReadUnits)
      ALERTS_FROM: alertsFrom
      SMTP_HOST: smtpHost
      SMTP_PORT: string(smtpPort)
      SMTP_USER: smtpUser
      SMTP_PASSWORD: empty(smtpUser) ? '' : '@Microsoft.KeyVault(SecretUri=${secrets.outputs.smtpSecretUri})'
      SMTP_TLS: smtpTls
      ACS_ENDPOINT: empty(acsResourceId) ? acsEndpoint : (mail!.outputs.endpoint)
      ASK_ENDPOINT: empty(askResourceId) ? askEndpoint : (model!.outputs.endpoint)
      ASK_MODEL: askModel
      ASK_KEY: useAskKey ? '@Microsoft.KeyVault(SecretUri=${secrets.outputs.askKeyUri})' : ''
      ASK_DAILY_TOKENS: string(askDailyTokens)
      LLM_DAILY_TOKENS: string(llmDailyTokens)
      CORS_ORIGINS: corsOrigins
      ALERTS_ALLOW: alertsAllow
      ENTRA_CLIENT_ID: entraClientId
      ENTRA_ISSUER: empty(entraClientId) ? '' : issuer
      OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: empty(entraClientId) ? '' : (identity.outputs.clientId)
      TRUSTED_PROXIES: trustedProxies
      READ_ACCESS: readAccess
      READ_KEYS: readKeys
      ADMIN_KEYS: adminKeys
      LOG_LEVEL: logLevel
      TELEMETRY: telemetry
    })
  }
}

module signIn 'app/sign_in.bicep' = if (!empty(entraClientId)) {
  name: 'sign-in'
  scope: group
  params: {
    appName: api.outputs.name
    clientId: entraClientId
    issuer: issuer
    isCheckedByApp: readAccess == 'entra'
  }
}

// Cosmos DB refuses two changes of an account at the same time: of its roles, and of its endpoints.
module operators 'app/operators.bicep' = if (hasOperators) {
  name: 'operators'
  scope: group
  // By name, since the endpoints, which wait for the first two, may not be deployed.
  dependsOn: [rbac, operator, endpoints]
  params: {
    principalId: operatorsId
    principalType: operatorsType
    storageName: storage.outputs.name
    vaultName: secrets.outputs.name
    cosmosName: database.outputs.name
    workspaceName: monitoring.outputs.workspaceName
    appName: api.outputs.name
  }
}

module alerts 'app/alerts.bicep' = if (hasReceivers) {
  name: 'alerts'
  scope: group
  params: {
    groupName: '${abbreviations.insightsActionGroups}${token}'
    ruleName: '${abbreviations.insightsScheduledQueryRules}${token}'
    healthTestName: '${abbreviations.insightsWebTests}${token}'
    metricRuleName: '${abbreviations.insightsMetricAlerts}${token}'
    location: location
    tags: tags
    workspaceName: monitoring.outputs.workspaceName
    insightsId: monitoring.outputs.insightsId
    cosmosName: database.outputs.name
    healthUrl: '${api.outputs.uri}/api/v1/health'
    email: alertEmail
    webhook: alertWebhook
    window: alertWindow
    moreAlerts: moreAlerts
    failedRequests: failedRequests
  }
}

module budget 'app/budget.bicep' = if (monthlyBudget > 0 && !empty(budgetStart) && hasReceivers) {
  name: 'budget'
  scope: group
  params: {
    amount: monthlyBudget
    start: budgetStart
    email: alertEmail
    actionGroupId: (alerts!.outputs.groupId)
  }
}

module resourceLogs 'app/diagnostics.bicep' = if (diagnostics != 'off') {
  name: 'diagnostics'
  scope: group
  params: {
    level: diagnostics
    workspaceName: monitoring.outputs.workspaceName
    storageName: storage.outputs.name
    cosmosName: database.outputs.name
    vaultName: secrets.outputs.name
  }
}

module workbook 'app/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_TENANT_ID string = tenant().tenantId
output SERVICE_API_NAME string = api.outputs.name
output SERVICE_API_URI string = api.outputs.uri
output AZURE_KEY_VAULT_NAME string = secrets.outputs.name
output COSMOS_ENDPOINT string = database.outputs.endpoint
output COSMOS_DATABASE string = cosmosDatabase
output COSMOS_ACCOUNT_NAME string = database.outputs.name
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
