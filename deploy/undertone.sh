#!/bin/sh
# Runs a command of Undertone with the user, the folder and the settings of the service:
#   undertone stats
#   undertone restore last
# Install it as root: install -m 0755 deploy/undertone.sh /usr/local/bin/undertone
set -eu
exec systemd-run --quiet --pipe --wait --collect \
    --property=User=undertone --property=Group=undertone --property=UMask=0077 \
    --property=WorkingDirectory=/opt/undertone/current \
    --property=StateDirectory=undertone --property=StateDirectoryMode=0700 \
    --property=NoNewPrivileges=yes --property=ProtectSystem=strict --property=ProtectHome=read-only \
    --property=PrivateTmp=yes \
    --property=Environment=SQLITE_PATH=/var/lib/undertone/undertone.db \
    --property=EnvironmentFile=/etc/undertone/undertone.env \
    /opt/undertone/current/.venv/bin/python -m local "$@"
