param groupName string
param ruleName string
param healthTestName string
param healthRuleName string
param location string
param tags object
param insightsId string
param email string

@description('The address of the availability test. Not /, which looks healthy even if no function could be loaded.')
param healthUrl string

@description('Two intervals of the collection, ISO 8601.')
param window string

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: groupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'undertone'
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
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
          // One row even if no cycle completed: a rule over no rows raises no alert.
          query: loadTextContent('../queries/completed-cycles.kql')
          metricMeasureColumn: 'completed'
          timeAggregation: 'Total'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
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
  name: healthRuleName
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
