#!/bin/sh
# Installs the Doorbell's script on a Raspberry Pi as a service that starts with it.
#   sudo sh install.sh                      over a USB cable and Bluetooth
#   sudo sh install.sh --name "Front door"  the same, under a name of its own
#   sudo sh install.sh --serial /dev/serial0 --baud 9600
# What stands behind the name is handed to atelier_doorbell.py; without --serial, --bluetooth, --pty or --stdout it sends over
# a USB cable and Bluetooth. To take all of it off again: sudo sh install.sh --remove
# With ATELIER_ROOT=folder the files are written below that folder, and no program is installed or started.
set -eu

NAME=atelier-doorbell
ROOT=${ATELIER_ROOT:-}
HOME_DIR=/opt/$NAME
UNIT=$ROOT/etc/systemd/system/$NAME.service
MODULES=$ROOT/etc/modules-load.d/$NAME.conf
OPTIONS=$ROOT/etc/modprobe.d/$NAME.conf
CONFIG=$ROOT/boot/firmware/config.txt
[ -f "$CONFIG" ] || CONFIG=$ROOT/boot/config.txt
BACKUP=$CONFIG.$NAME
BEGIN="# $NAME: begin"
END="# $NAME: end"
USB_PORT=/dev/ttyGS0
HERE=$(cd "$(dirname "$0")" && pwd)
RESTART=

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }
system() { [ -n "$ROOT" ] || "$@"; }

# A file of one's own: written only when it is another one than before.
write() {
  if [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; then return; fi
  mkdir -p "$(dirname "$1")"
  printf '%s\n' "$2" >"$1"
  RESTART=yes
}

# config.txt without what this script added; without both marks nothing is taken out.
without_ours() {
  if grep -qxF "$BEGIN" "$1" && grep -qxF "$END" "$1"; then
    awk -v first="$BEGIN" -v last="$END" '$0 == first { ours = 1 } !ours { print } $0 == last { ours = 0 }' "$1"
  else
    cat "$1"
  fi
}

# Whether the USB port is a device already. Lines in other sections than [all] are for some boards only, as the stock file's
# host mode of the Compute Module 5 is; of several lines for all boards the last one counts.
is_device() {
  awk '
    BEGIN { all = 1 }
    { sub(/\r$/, ""); gsub(/^[ \t]+|[ \t]+$/, "") }
    /^\[/ { all = $0 == "[all]"; next }
    all && /^dtoverlay=dwc2(,|$)/ { works = $0 !~ /dr_mode=host/ }
    END { exit !works }
  ' "$1"
}

# Of this device, and always the same: browsers forget at the unplug that they may use a USB port without one. A hash, for what
# it is made of tells more than is needed.
serial_number() {
  id=$(sed -n 's/^Serial[[:space:]]*:[[:space:]]*//p' "$ROOT/proc/cpuinfo" 2>/dev/null | head -n 1)
  case $id in *[!0]*) ;; *) id=$(cat "$ROOT/etc/machine-id" 2>/dev/null || true) ;; esac
  [ -z "$id" ] || printf '%s %s' "$NAME" "$id" | sha256sum | cut -c 1-16
}

# An argument as systemd reads it: quoted, and nothing in it is an escape, a specifier or a variable.
quoted() { printf '"%s"' "$(printf '%s' "$1" | sed -e 's/[\\"]/\\&/g' -e 's/[%$]/&&/g')"; }

[ -n "$ROOT" ] || [ "$(id -u)" = 0 ] || fail "Run it by sudo: sudo sh install.sh"

if [ "${1:-}" = --remove ]; then
  system systemctl disable --now $NAME.service 2>/dev/null || true
  [ ! -f "$MODULES" ] || RESTART=yes
  rm -rf "$UNIT" "$MODULES" "$OPTIONS" "$ROOT$HOME_DIR"
  if [ -f "$CONFIG" ] && grep -qxF "$BEGIN" "$CONFIG"; then
    without_ours "$CONFIG" >"$CONFIG.new"
    mv "$CONFIG.new" "$CONFIG"
    RESTART=yes
    if [ -f "$BACKUP" ]; then
      # Whoever changed it meanwhile keeps both.
      if cmp -s "$CONFIG" "$BACKUP"; then rm "$BACKUP"; else say "$CONFIG was changed by others too; as it was before: $BACKUP"; fi
    fi
  fi
  system systemctl daemon-reload
  say "The service, its files and its lines in the Pi's configuration are gone."
  [ -z "$RESTART" ] || say "Restart the Pi: its USB port is as it was before then."
  exit 0
fi

[ -f "$HERE/atelier_doorbell.py" ] || fail "atelier_doorbell.py is not beside this script: download it too."

HAS_OUTPUT=
IS_USB=
for each in "$@"; do
  case $each in
    *"
"*) fail "A line break cannot stand in an argument." ;;
    --serial | --serial=* | --bluetooth | --pty | --stdout) HAS_OUTPUT=yes ;;
  esac
  case $each in "$USB_PORT" | "--serial=$USB_PORT") IS_USB=yes ;; esac
done
if [ -z "$HAS_OUTPUT" ]; then
  set -- --serial "$USB_PORT" --bluetooth "$@"
  IS_USB=yes
fi

system apt-get install -y --no-install-recommends python3 python3-gpiozero python3-lgpio python3-dbus python3-gi bluez

# The USB port as a serial device, for boards that can be a gadget (Zero, 4, 5).
if [ -n "$IS_USB" ]; then
  NUMBER=$(serial_number)
  [ -n "$NUMBER" ] || say "This computer has no number of its own: after each unplugging the browser has to be asked again." >&2
  write "$OPTIONS" "options g_serial iManufacturer=Atelier iProduct=Doorbell${NUMBER:+ iSerialNumber=$NUMBER}"
  write "$MODULES" "dwc2
g_serial"
  if [ -f "$CONFIG" ] && ! is_device "$CONFIG"; then
    [ -f "$BACKUP" ] || cp "$CONFIG" "$BACKUP"
    {
      without_ours "$CONFIG"
      [ -z "$(tail -c 1 "$CONFIG")" ] || say ""
      say "$BEGIN"
      say "[all]"
      say "dtoverlay=dwc2,dr_mode=peripheral"
      say "$END"
    } >"$CONFIG.new"
    mv "$CONFIG.new" "$CONFIG"
    RESTART=yes
    say "$CONFIG makes the USB port a device now; as it was before: $BACKUP"
  fi
fi

mkdir -p "$ROOT$HOME_DIR" "$(dirname "$UNIT")"
cp "$HERE/atelier_doorbell.py" "$ROOT$HOME_DIR/"

ARGUMENTS=
for each in "$@"; do ARGUMENTS="$ARGUMENTS $(quoted "$each")"; done

# printf, for the shell would read backslashes in a here document. 2: the arguments are wrong, and stay so.
printf '%s\n' "[Unit]
Description=Distance sensor for the Doorbell page of Atelier
After=bluetooth.service
Wants=bluetooth.service

[Service]
ExecStart=/usr/bin/python3 $HOME_DIR/atelier_doorbell.py$ARGUMENTS
Restart=always
RestartSec=3
RestartPreventExitStatus=2
DynamicUser=yes
SupplementaryGroups=gpio dialout bluetooth
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
WorkingDirectory=/tmp
Environment=GPIOZERO_PIN_FACTORY=lgpio

[Install]
WantedBy=multi-user.target" >"$UNIT"

system systemctl daemon-reload
system systemctl enable $NAME.service
system systemctl restart $NAME.service
system systemctl --no-pager --lines=5 status $NAME.service || true
[ -z "$RESTART" ] || say "Restart the Pi: its USB port becomes a serial device then."
