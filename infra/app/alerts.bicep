param groupName string
param ruleName string
param healthTestName string
param metricRuleName string
param location string
param tags object
param workspaceName string
param insightsId string
param cosmosName string

@description('The address that gets alerts. Empty: none does.')
param email string

@secure()
@description('A web address that gets alerts in the common alert schema. Empty: none does.')
param webhook string

@description('The address of the availability test. Not /, which looks healthy even if no function could be loaded.')
param healthUrl string

@description('Two intervals of the collection, ISO 8601.')
param window string

@description('Whether failed requests, poisoned messages, the database and the limit of logs raise alerts, too.')
param moreAlerts bool

@description('The number of failed requests within 15 minutes that raises an alert.')
param failedRequests int

// Four log queries an hour are the cheapest that there are. A rule over no rows raises no alert: each query has one.
var once = { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource cosmos 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' existing = {
  name: cosmosName
}

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: groupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'undertone'
    emailReceivers: empty(email) ? [] : [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
    webhookReceivers: empty(webhook) ? [] : [{ name: 'webhook', serviceUri: webhook, useCommonAlertSchema: true }]
  }
}

resource noCompletedCycle 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: ruleName
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Undertone: no completed cycle in two intervals'
    description: 'Collection has stopped, or every cycle fails, or no logs arrive. docs/runbook.md says what to look at.'
    enabled: true
    severity: 1
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: window
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: loadTextContent('../queries/completed-cycles.kql')
          metricMeasureColumn: 'completed'
          timeAggregation: 'Total'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: once
        }
      ]
    }
    actions: { actionGroups: [operators.id] }
  }
}

// Each test is billed: four an hour from three places. Retries cover a cold start that first answers 503.
resource health 'Microsoft.Insights/webtests@2022-06-15' = {
  name: healthTestName
  location: location
  // Application Insights finds its tests by this tag.
  tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: healthTestName
    Name: 'undertone-health'
    Kind: 'standard'
    Enabled: true
    Frequency: 900
    Timeout: 30
    RetryEnabled: true
    Locations: [{ Id: 'emea-nl-ams-azr' }, { Id: 'us-va-ash-azr' }, { Id: 'apac-sg-sin-azr' }]
    Request: {
      RequestUrl: healthUrl
      HttpVerb: 'GET'
      ParseDependentRequests: false
    }
    ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true, SSLCertRemainingLifetimeCheck: 7 }
  }
}

resource unhealthy 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: metricRuleName
  location: 'global'
  tags: tags
  properties: {
    description: 'From two places of three /api/v1/health did not answer 200. docs/runbook.md says what to look at.'
    enabled: true
    severity: 1
    scopes: [health.id, insightsId]
    evaluationFrequency: 'PT5M'
    // The interval of the tests, so that there is one result from each place.
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: health.id
      componentId: insightsId
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: operators.id }]
  }
}

resource failing 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (moreAlerts) {
  name: '${ruleName}-requests'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Undertone: requests fail'
    description: 'Requests are answered with 500 or above. docs/runbook.md says what to look at.'
    enabled: true
    severity: 2
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: loadTextContent('../queries/failed-requests.kql')
          metricMeasureColumn: 'failed'
          timeAggregation: 'Total'
          operator: 'GreaterThanOrEqual'
          threshold: failedRequests
          failingPeriods: once
        }
      ]
    }
    actions: { actionGroups: [operators.id] }
  }
}

resource poisoned 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (moreAlerts) {
  name: '${ruleName}-poison'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Undertone: a message failed five times'
    description: 'A message is in a poison queue. docs/runbook.md says what to look at.'
    enabled: true
    severity: 2
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: loadTextContent('../queries/poisoned-messages.kql')
          metricMeasureColumn: 'poisoned'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: once
        }
      ]
    }
    actions: { actionGroups: [operators.id] }
  }
}

resource logLimit 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = if (moreAlerts) {
  name: '${ruleName}-log-limit'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Undertone: the limit of logs is reached'
    description: 'No logs are taken until the next day, so that other alerts see nothing. docs/runbook.md says what to do.'
    enabled: true
    severity: 2
    scopes: [workspace.id]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: loadTextContent('../queries/log-limit.kql')
          metricMeasureColumn: 'reached'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: once
        }
      ]
    }
    actions: { actionGroups: [operators.id] }
  }
}

// A cycle takes all request units for some seconds of half an hour. Requests wait only where that lasts.
resource atLimit 'Microsoft.Insights/metricAlerts@2018-03-01' = if (moreAlerts) {
  name: '${metricRuleName}-request-units'
  location: 'global'
  tags: tags
  properties: {
    description: 'The database spends all its request units, in every minute of 15. docs/runbook.md says what to do.'
    enabled: true
    severity: 2
    scopes: [cosmos.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'request-units'
          metricNamespace: 'Microsoft.DocumentDB/databaseAccounts'
          // The percentage of each minute's busiest second, so that the average of 15 is at 100 if all are.
          metricName: 'NormalizedRUConsumption'
          // Each partition by itself, since one alone can be at its limit.
          dimensions: [{ name: 'PartitionKeyRangeId', operator: 'Include', values: ['*'] }]
          timeAggregation: 'Average'
          operator: 'GreaterThanOrEqual'
          threshold: 100
        }
      ]
    }
    actions: [{ actionGroupId: operators.id }]
  }
}

output groupId string = operators.id
