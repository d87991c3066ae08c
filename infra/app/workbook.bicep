param location string
param tags object
param insightsId string

// The queries that docs/runbook.md names, on one page of Application Insights.
var queries = [
  { title: 'Collections', query: loadTextContent('../queries/cycles.kql') }
  { title: 'Failing communities', query: loadTextContent('../queries/failing-communities.kql') }
  { title: 'The lease', query: loadTextContent('../queries/lease.kql') }
  { title: 'Requests', query: loadTextContent('../queries/requests.kql') }
  { title: 'Request units', query: loadTextContent('../queries/request-units.kql') }
  { title: 'Throttling', query: loadTextContent('../queries/throttling.kql') }
  { title: 'Errors', query: loadTextContent('../queries/errors.kql') }
]

// The format of workbooks: type 3 is a query, queryType 0 queries logs.
var items = [
  for each in queries: {
    type: 3
    name: each.title
    content: {
      version: 'KqlItem/1.0'
      title: each.title
      query: each.query
      queryType: 0
      resourceType: 'microsoft.insights/components'
      crossComponentResources: [insightsId]
      size: 0
    }
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // Its name has to be a GUID.
  name: guid(insightsId, 'undertone')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Undertone'
    category: 'workbook'
    sourceId: insightsId
    serializedData: string({ version: 'Notebook/1.0', items: items, fallbackResourceIds: [insightsId] })
  }
}
