"""The deployment package, its bill of materials and its audit, and the cut of a version."""
