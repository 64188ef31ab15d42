#!/bin/sh
# A Slurm cluster of this one machine, for as long as a command runs:
#   cluster.sh FOLDER COMMAND [ARGUMENT…]
# Starts munged, slurmctld and slurmd with all their files in FOLDER, runs the command with the cluster as its
# Slurm, ends the three and exits as the command did. Nothing outside FOLDER is written; any user may do this.
# Needs the Debian packages munge, slurmctld, slurmd and slurm-client.
set -eu
folder=$1
shift
PATH=$PATH:/usr/sbin:/sbin
host=$(hostname -s)
user=$(id -un)
# Any ports will do that nobody else on this machine is likely to use at the moment.
port=$((20000 + $$ % 20000))
mkdir -p -m 700 "$folder" "$folder/state" "$folder/spool"

dd if=/dev/urandom of="$folder/munge.key" bs=128 count=1 2>/dev/null
chmod 600 "$folder/munge.key"
cat > "$folder/slurm.conf" <<CONFIG
ClusterName=icsim
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=5 State=UP
CONFIG
export SLURM_CONF="$folder/slurm.conf"

processes=
stop() {
    for process in $processes; do kill "$process" 2>/dev/null || true; done
    for process in $processes; do wait "$process" 2>/dev/null || true; done
}
trap stop EXIT
trap 'exit 143' TERM INT

munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
    --pid-file="$folder/munge.pid" --log-file="$folder/munge.log" --seed-file="$folder/munge.seed" \
    > "$folder/munge.out" 2>&1 &
processes="$processes $!"
tries=0
until [ -S "$folder/munge.socket" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 50 ]; then echo "munged does not start" >&2; cat "$folder/munge.out" >&2; exit 70; fi
    sleep 0.2
done
slurmctld -D -f "$SLURM_CONF" > "$folder/slurmctld.out" 2>&1 &
processes="$processes $!"
slurmd -D -f "$SLURM_CONF" > "$folder/slurmd.out" 2>&1 &
processes="$processes $!"
tries=0
until sinfo --noheader --format=%t 2>/dev/null | grep -q '^idle'; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ]; then
        echo "the cluster does not come up" >&2
        tail -n 20 "$folder/slurmctld.out" "$folder/slurmd.out" >&2
        exit 70
    fi
    sleep 0.3
done
"$@"
