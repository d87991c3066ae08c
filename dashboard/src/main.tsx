import "./styles/base.css";
import "./styles/parts.css";
import "./styles/views.css";
import "uplot/dist/uPlot.min.css";
import { render } from "preact";
import { App } from "./app";
import { watchCycles } from "./cycles";

const root = document.getElementById("app");
if (root) {
  render(<App />, root);
  watchCycles();
}
