# shellcheck shell=sh
# Shared by installer/install and installer/uninstall (POSIX sh, sourced after setup.sh): where things
# stand, and how one state becomes the next whatever interrupts it.
#
# A new version is laid out whole in $new. Until $new/ready is there, nothing else has been touched, and
# an interrupted run is undone by removing it. From then on each step can be done again, and an
# interrupted run is completed.

application=/usr/lib/sysgui
helper=/usr/libexec/sysgui
new=/usr/lib/sysgui.new
# What stands outside of the two directories, a path a line.
manifest=$application/manifest

require_root() { # WHAT
    [ "$(id -u)" = 0 ] || die "Only root can $1 for all users: sudo $0"
    exec 8</usr/lib # Any directory that is always there will do.
    command -v flock >/dev/null || return 0
    flock -n 8 || {
        say "Another run is under way: waiting for it …"
        flock 8
    }
}

# What a package manager has put there is its to change.
require_unpackaged() {
    command -v dpkg-query >/dev/null || return 0
    case $(dpkg-query -W -f='${db:Status-Status}' sysgui 2>/dev/null) in
    '' | not-installed | config-files) ;;
    *) die "Sysgui is installed as a package here: use apt (apt install ./sysgui_….deb, apt remove sysgui)." ;;
    esac
}

# Dies unless root alone can change what stands at a path: it, and every directory above it, with the
# links on the way.
require_roots_own() { # PATH…
    for asked in "$@"; do
        for path in "$asked" "$(readlink -m "$asked")"; do
            while :; do
                if [ -e "$path" ]; then
                    case $(stat -L -c '%u %A' "$path") in
                    '0 '?????-??-?) ;;
                    *) die "Nothing was installed: $path can be changed by others than root, and through it" \
                        "what would run as root. Make it root's own first: chown root '$path';" \
                        "chmod go-w '$path'" ;;
                    esac
                fi
                [ "$path" != / ] || break
                path=$(dirname "$path")
            done
        done
    done
}

# Completes, or undoes, what an interrupted run has left.
settle() {
    if [ -f "$new/ready" ]; then
        say "Completing an installation that was interrupted …"
        switch
    elif [ -e "$new" ]; then
        say "Undoing an installation that was interrupted …"
        rm -rf "$new"
    fi
}

# Puts what is laid out in $new in its place.
switch() {
    exchange "$helper"
    (cd "$new" && [ ! -d usr ] || find usr ! -type d) | while read -r file; do
        case /$file in "$application"/* | "$helper"/*) continue ;; esac
        mkdir -p "$(dirname "/$file")"
        # Not over the old one: who reads it meanwhile reads the one or the other.
        cp -P -p "$new/$file" "/$file.sysgui-new"
        mv -f "/$file.sysgui-new" "/$file"
    done
    exchange "$application"
    if [ -f "$application.old/manifest" ]; then
        while read -r file; do
            grep -qxF "$file" "$manifest" || rm -f "$file"
        done <"$application.old/manifest"
    fi
    rm -rf "$application.old" "$helper.old"
    rm -rf "$new"
    refresh_desktop
    refresh_systemd
}

exchange() { # DIRECTORY
    [ -e "$new$1" ] || return 0 # Done by the run that was interrupted.
    mkdir -p "$(dirname "$1")"
    if [ -e "$1" ]; then
        rm -rf "$1.old"
        mv "$1" "$1.old"
    fi
    mv "$new$1" "$1"
}

# Tells systemd which units there are now.
refresh_systemd() {
    [ ! -d /run/systemd/system ] || systemctl daemon-reload || true
}

# Tells menus of the new entry; they find it by themselves, only later.
refresh_desktop() {
    if command -v update-desktop-database >/dev/null; then
        update-desktop-database -q /usr/share/applications || true
    fi
    if command -v gtk-update-icon-cache >/dev/null; then
        gtk-update-icon-cache -q -f /usr/share/icons/hicolor || true
    fi
}
