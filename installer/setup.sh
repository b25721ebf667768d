# shellcheck shell=sh disable=SC1111
# Shared by the scripts beside it (POSIX sh, sourced): what this machine lacks, and getting it.
# All that it says goes to standard error: standard output belongs to the program that is started.

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "$*"
    exit 1
}

# --- Python -----------------------------------------------------------------------------------------

# Prints the path of a Python that is new enough.
find_python() {
    for candidate in python3 python3.13 python3.12 python3.11; do
        found=$(command -v "$candidate") || continue
        if "$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$found"
            return
        fi
    done
    die "Sysgui needs Python 3.11 or newer, and there is none here ($(python3 --version 2>&1))." \
        "Install one from your distribution (Debian 12 and newer have it as python3)."
}

# Whether it can make environments: Debian has a part of its standard library in a package.
can_make_environments() {
    "$(find_python)" -c 'import ensurepip' 2>/dev/null
}

# Prints the path of a Python that is new enough and that every user can run.
find_python_of_system() {
    (PATH=/usr/bin:/usr/local/bin && find_python)
}

# --- System packages --------------------------------------------------------------------------------
# One line a package: what needs it, then its name for apt, dnf, pacman and zypper ("-": not needed or
# not known there). Only apt was tried; the other names are from the distributions' own lists.

packages() { # KIND
    while read -r kind apt dnf pacman zypper; do
        [ "$kind" = "$1" ] || continue
        case $manager in
        apt-get) name=$apt ;;
        dnf) name=$dnf ;;
        pacman) name=$pacman ;;
        zypper) name=$zypper ;;
        esac
        [ "$name" = - ] || printf '%s\n' "$name"
    done <<END
venv python3-venv - - -
window libegl1 mesa-libEGL libglvnd Mesa-libEGL1
window libgl1 mesa-libGL libglvnd Mesa-libGL1
window libopengl0 libglvnd-opengl libglvnd libglvnd
window libfontconfig1 fontconfig fontconfig libfontconfig1
window libdbus-1-3 dbus-libs dbus libdbus-1-3
window libglib2.0-0 glib2 glib2 libglib-2_0-0
window libxkbcommon0 libxkbcommon libxkbcommon libxkbcommon0
window libxkbcommon-x11-0 libxkbcommon-x11 libxkbcommon-x11 libxkbcommon-x11-0
window libx11-xcb1 libX11-xcb libx11 libX11-xcb1
window libxcb-cursor0 xcb-util-cursor xcb-util-cursor libxcb-cursor0
window libxcb-icccm4 xcb-util-wm xcb-util-wm libxcb-icccm4
window libxcb-image0 xcb-util-image xcb-util-image libxcb-image0
window libxcb-keysyms1 xcb-util-keysyms xcb-util-keysyms libxcb-keysyms1
window libxcb-randr0 libxcb libxcb libxcb-randr0
window libxcb-render-util0 xcb-util-renderutil xcb-util-renderutil libxcb-render-util0
window libxcb-shape0 libxcb libxcb libxcb-shape0
window libxcb-xkb1 libxcb libxcb libxcb-xkb1
window libwayland-client0 libwayland-client wayland libwayland-client0
window libwayland-cursor0 libwayland-cursor wayland libwayland-cursor0
window libwayland-egl1 libwayland-egl wayland libwayland-egl1
font fonts-dejavu-core dejavu-sans-fonts ttf-dejavu dejavu-fonts
test xvfb xorg-x11-server-Xvfb xorg-server-xvfb xorg-x11-server-Xvfb
test openbox openbox openbox openbox
test xdotool xdotool xdotool xdotool
test weston weston weston weston
test dbus dbus-daemon dbus dbus-1
test debootstrap debootstrap debootstrap debootstrap
test systemd-container systemd-container systemd systemd-container
test procps procps-ng procps-ng procps
test iproute2 iproute iproute2 iproute2
test util-linux util-linux util-linux util-linux
test lintian - - -
test desktop-file-utils desktop-file-utils desktop-file-utils desktop-file-utils
test appstream appstream appstream AppStream
test man-db man-db man-db man
test ca-certificates ca-certificates ca-certificates ca-certificates
polkit polkitd polkit polkit polkit
polkit pkexec - - -
build dpkg-dev - - -
bench htop htop htop htop
bench gnome-system-monitor gnome-system-monitor gnome-system-monitor gnome-system-monitor
bench lnav lnav lnav lnav
bench ripgrep ripgrep ripgrep ripgrep
bench x11-utils xwininfo xorg-xwininfo xwininfo
END
}

find_manager() {
    for manager in apt-get dnf pacman zypper; do
        command -v "$manager" >/dev/null && return
    done
    manager=
}

# Prints those of the packages that are not installed.
missing_of() {
    for package in "$@"; do
        case $manager in
        apt-get)
            # Debian 13 gave some libraries a new name for 64-bit times (t64) and kept the old one
            # as a name that they provide.
            dpkg-query -W -f='${db:Status-Status}\n' "$package" "${package}t64" 2>/dev/null |
                grep -qx installed || printf '%s\n' "$package"
            ;;
        pacman) pacman -Qi "$package" >/dev/null 2>&1 || printf '%s\n' "$package" ;;
        *) rpm -q --whatprovides "$package" >/dev/null 2>&1 || printf '%s\n' "$package" ;;
        esac
    done
}

install_command() {
    case $manager in
    apt-get) echo "apt-get install -y --no-install-recommends" ;;
    dnf) echo "dnf install -y" ;;
    pacman) echo "pacman -S --needed --noconfirm" ;;
    zypper) echo "zypper --non-interactive install" ;;
    esac
}

# Runs a command as root: as it is, through sudo where there is somebody to type, or through pkexec.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        sudo "$@"
    elif command -v pkexec >/dev/null && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
        pkexec "$@"
    else
        return 125
    fi
}

# Installs what is missing of the kinds of packages; "optional" first: go on without them if root
# cannot be had, and set `lacking`.
need_packages() {
    optional='' lacking=''
    [ "$1" = optional ] && optional=1 && shift
    find_manager
    if [ -z "$manager" ]; then
        say "No package manager that is known here (apt, dnf, pacman, zypper): nothing is installed." \
            "“sysgui doctor” says what is missing."
        return 0
    fi
    wanted=
    for kind in "$@"; do
        [ "$kind" = font ] && have_font && continue
        wanted="$wanted $(packages "$kind")"
    done
    # shellcheck disable=SC2086 # names without spaces, one word each
    missing=$(missing_of $wanted | sort -u | tr '\n' ' ')
    [ -n "${missing% }" ] || return 0
    command_line="$(install_command) $missing"
    say "System packages are missing. They are installed as root by:"
    say "    $command_line"
    status=0
    # shellcheck disable=SC2086
    {
        if [ "$manager" = apt-get ]; then
            as_root env DEBIAN_FRONTEND=noninteractive sh -c \
                'apt-get -qq update && exec "$@" </dev/null' sh $command_line -qq >&2 || status=$?
        else
            as_root $command_line >&2 || status=$?
        fi
    }
    [ "$status" = 0 ] && return 0
    if [ "$status" = 125 ]; then
        say "Root cannot be had from here (neither sudo nor pkexec can ask). Have it run once:"
    else
        say "That failed (status $status). Once it works by hand, start this again:"
    fi
    say "    $command_line"
    [ -n "$optional" ] && can_make_environments || exit 1
    say "Going on without them: this command does not need them."
    lacking=1
}

have_font() {
    command -v fc-list >/dev/null && [ -n "$(fc-list 2>/dev/null | head -n 1)" ]
}

# --- The virtual environments -----------------------------------------------------------------------

# What an environment must have been made from to be used: the lock, this place, this Python.
stamp_of() { # ENVIRONMENT LOCK
    printf '%s %s %s\n' "$(cksum <"$root/installer/$2")" "$root" \
        "$(readlink -f "$root/$1/bin/python" 2>/dev/null)"
}

is_ready() { # ENVIRONMENT LOCK
    [ -f "$root/$1/ready" ] && [ "$(cat "$root/$1/ready")" = "$(stamp_of "$1" "$2")" ]
}

# Environments are made in the checkout.
require_writable() {
    # In a shell of its own: a redirection of exec that fails ends some shells without a word.
    (: >>"$root/.setup-lock") 2>/dev/null || die "This checkout cannot be written to by you: $root" \
        "Use a copy of your own, or install it for all users: sudo $root/installer/install"
}

# Makes an environment from a lock, unless it is ready. An interrupted one has no stamp and is made anew.
make_environment() { # ENVIRONMENT LOCK WHAT
    is_ready "$1" "$2" && return 0
    # Two starts at once: the second waits, and finds it ready.
    require_writable
    exec 9>>"$root/.setup-lock"
    command -v flock >/dev/null && flock 9
    if is_ready "$1" "$2"; then
        exec 9>&-
        return 0
    fi
    python=$(find_python) || exit 1
    say "Setting up $3 in $root/$1 ($("$python" --version)) …"
    rm -rf "${root:?}/$1"
    "$python" -m venv "$root/$1" >&2 || die "The environment could not be made. On Debian and Ubuntu" \
        "the package python3-venv is needed."
    quiet=-q
    [ -t 2 ] && quiet=
    # shellcheck disable=SC2086
    "$root/$1/bin/python" -m pip --disable-pip-version-check --no-input install $quiet \
        --require-hashes --only-binary :all: -r "$root/installer/$2" >&2 9>&- || {
        rm -rf "${root:?}/$1"
        die "The packages could not be downloaded or checked. Nothing was left half done: start again" \
            "when the network is there."
    }
    stamp_of "$1" "$2" >"$root/$1/ready"
    exec 9>&-
    say "Ready."
}

# --- What is installed ------------------------------------------------------------------------------

# Copies modules as they are, without what Python has compiled from them elsewhere.
copy_package() { # FROM TO
    (cd "$1" && find . -name '*.py') | while read -r module; do
        install -D -m 644 "$1/$module" "$2/$module"
    done
}
