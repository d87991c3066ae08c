param groupName string
param ruleName string
param location string
param tags object
param insightsId string
param email string

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
          // One row, also when there is nothing: a rule over no rows says nothing.
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
