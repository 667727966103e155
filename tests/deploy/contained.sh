#!/bin/sh
# Runs a program as a container would, by what a container is made of: mounts and processes of its
# own, a root file system that is read-only but for /tmp, an unprivileged user, the first process.
#
# usage (as root): unshare --mount --pid --fork contained.sh ROOT TREE PYTHON APP PROGRAM...
#
# ROOT: an empty directory. TREE: the installed one. PYTHON: where its Python is. APP: becomes /app.
set -eu
root=$1 tree=$2 python=$3 app=$4
shift 4

mount --make-rprivate /
mount -t tmpfs -o mode=755 root "$root"
mkdir -p "$root/tmp" "$root/proc" "$root/dev"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"

see() {
  mkdir -p "$root$2"
  mount --bind "$1" "$root$2"
  mount -o remount,bind,ro "$root$2"
}
for path in /usr /bin /sbin /lib /lib64 /etc; do
  if [ -L "$path" ]; then cp -P "$path" "$root$path"; elif [ -d "$path" ]; then see "$path" "$path"; fi
done
see "$python" "$python"
see "$tree" "$tree"
see "$app" /app
mount -o remount,ro "$root"

cd "$root"
exec chroot . setpriv --reuid 65532 --regid 65532 --clear-groups --bounding-set=-all --no-new-privs "$@"
