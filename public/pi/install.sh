#!/bin/sh
# Installs the Doorbell's script on a Raspberry Pi as a service that starts with it.
#   sudo sh install.sh                      over a USB cable and Bluetooth
#   sudo sh install.sh --serial /dev/serial0 --baud 9600
# What stands behind the name is handed to atelier_doorbell.py. To take it off again: sudo sh install.sh --remove
set -eu

NAME=atelier-doorbell
HOME_DIR=/opt/$NAME
UNIT=/etc/systemd/system/$NAME.service
HERE=$(cd "$(dirname "$0")" && pwd)

[ "$(id -u)" = 0 ] || { echo "Run it by sudo: sudo sh install.sh" >&2; exit 1; }

if [ "${1:-}" = --remove ]; then
  systemctl disable --now $NAME.service 2>/dev/null || true
  rm -rf "$UNIT" "$HOME_DIR"
  systemctl daemon-reload
  echo "The service and its files are gone; /boot was left as it is."
  exit 0
fi

[ -f "$HERE/atelier_doorbell.py" ] || { echo "atelier_doorbell.py is not beside this script: download it too." >&2; exit 1; }

apt-get install -y --no-install-recommends python3 python3-gpiozero python3-lgpio python3-dbus python3-gi bluez

# The USB port as a serial device, for boards that can be a gadget (Zero, 4, 5).
CONFIG=/boot/firmware/config.txt
[ -f "$CONFIG" ] || CONFIG=/boot/config.txt
RESTART=
if [ $# = 0 ] && [ -f "$CONFIG" ] && ! grep -q '^dtoverlay=dwc2' "$CONFIG"; then
  printf '\n# Atelier Doorbell: USB as a serial device\n[all]\ndtoverlay=dwc2,dr_mode=peripheral\n' >>"$CONFIG"
  RESTART=yes
fi
if [ $# = 0 ]; then
  printf 'dwc2\ng_serial\n' >/etc/modules-load.d/$NAME.conf
  set -- --serial /dev/ttyGS0 --bluetooth
fi

mkdir -p "$HOME_DIR"
cp "$HERE/atelier_doorbell.py" "$HOME_DIR/"

cat >"$UNIT" <<UNIT_END
[Unit]
Description=Distance sensor for the Doorbell page of Atelier
After=bluetooth.service
Wants=bluetooth.service

[Service]
ExecStart=/usr/bin/python3 $HOME_DIR/atelier_doorbell.py $*
Restart=always
RestartSec=3
DynamicUser=yes
SupplementaryGroups=gpio dialout bluetooth
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
WorkingDirectory=/tmp
Environment=GPIOZERO_PIN_FACTORY=lgpio

[Install]
WantedBy=multi-user.target
UNIT_END

systemctl daemon-reload
systemctl enable --now $NAME.service
systemctl --no-pager --lines=5 status $NAME.service || true
[ -z "$RESTART" ] || echo "Restart the Pi once: its USB port becomes a serial device then."
