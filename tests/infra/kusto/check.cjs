// Reads queries as Application Insights does: `node check.cjs FILE…` prints a list of what is wrong.
const { readFileSync } = require("node:fs");
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");

const { KustoCode, GlobalState, Symbols } = Kusto.Language;

// https://learn.microsoft.com/azure/azure-monitor/reference/tables/apptraces, apprequests and
// appexceptions, by the names that Application Insights gives them; and the workspace's own
// https://learn.microsoft.com/azure/azure-monitor/reference/tables/operation.
const COMMON =
  "timestamp: datetime, severityLevel: int, customDimensions: dynamic, operation_Name: string," +
  " operation_Id: string, cloud_RoleName: string, cloud_RoleInstance: string, itemCount: int";
const TABLES = {
  traces: `(message: string, ${COMMON})`,
  requests: `(id: string, name: string, url: string, success: string, resultCode: string, duration: real, ${COMMON})`,
  _LogOperation:
    "(TimeGenerated: datetime, Category: string, Operation: string, Level: string, Detail: string)",
  exceptions: `(type: string, outerMessage: string, problemId: string, ${COMMON})`,
};

const tables = Object.entries(TABLES).map(([name, columns]) =>
  Symbols.TableSymbol.From(columns).WithName(name),
);
const database = new Symbols.DatabaseSymbol.$ctor1("insights", tables, false);
const cluster = new Symbols.ClusterSymbol.$ctor1("azure", [database], false);
const state = GlobalState.Default.WithCluster(cluster).WithDatabase(database);

const problems = process.argv.slice(2).flatMap((file) => {
  const query = readFileSync(file, "utf8");
  const found = KustoCode.ParseAndAnalyze(query, state).GetDiagnostics();
  return Array.from({ length: System.Array.getCount(found) }, (_, index) => {
    const { Message, Start, Length } = System.Array.getItem(found, index);
    return `${file}: ${Message} (${query.slice(Start, Start + Length)})`;
  });
});
console.log(JSON.stringify(problems, null, 1));
