# Builds api/static/page, api/static/swagger and .python_packages on Windows, as `make pages packages` does elsewhere.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

python -m venv .venv
& .venv/Scripts/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt

Push-Location dashboard
npm ci --silent --no-audit --no-fund
Pop-Location

Copy-Item dashboard/node_modules/swagger-ui-dist/swagger-ui.css api/static/swagger/
Copy-Item dashboard/node_modules/swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt api/static/swagger/
Copy-Item dashboard/node_modules/swagger-ui-dist/LICENSE api/static/swagger/swagger-ui-LICENSE.txt
Copy-Item dashboard/node_modules/swagger-ui-dist/NOTICE api/static/swagger/swagger-ui-NOTICE.txt
Copy-Item dashboard/node_modules/swagger-ui-dist/swagger-ui-bundle.js api/static/swagger/

# The dashboard's types come from the API's OpenAPI document.
& .venv/Scripts/python -c "import json; from api.http.openapi import openapi_document; open('dashboard/openapi.json', 'w').write(json.dumps(openapi_document()))"

Push-Location dashboard
npm run --silent types
npm run --silent check
npm run --silent build
Pop-Location

# Wheels for Azure's system, not for this one.
& .venv/Scripts/python -m release packages
