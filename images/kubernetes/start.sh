#!/bin/sh
# A cluster of one node: etcd, the control plane, containerd, the kubelet, kube-proxy and CoreDNS, each with a log in /var/log.
# /ready appears when pods can be started.
set -eu

address=$(hostname -i)
mount -o remount,rw /sys
for controller in /sys/fs/cgroup /sys/fs/cgroup/*; do
  mountpoint -q "$controller" && mount -o remount,rw "$controller"
done
mount --make-rshared /
# What the kubelet would set for the whole machine.
for settings in /proc/sys/vm /proc/sys/kernel; do
  mount --bind "$settings" "$settings"
  mount -o remount,ro,bind "$settings"
done
for program in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
  ln -sf xtables-nft-multi "/usr/sbin/$program"
done
echo 1 >/proc/sys/net/ipv4/ip_forward

run() {
  name=$1
  shift
  "$name" "$@" >"/var/log/$name.log" 2>&1 &
}
wait_for() {
  seconds=0
  until "$@" >/dev/null 2>&1; do
    seconds=$((seconds + 1))
    [ "$seconds" -le 180 ] || { echo "gave up waiting: $*" && exit 1; }
    sleep 1
  done
}

# Signs the tokens of service accounts.
key=/etc/kubernetes/service-accounts.pem
echo "$SERVICE_ACCOUNT_KEY" >"$key"

run containerd --config /etc/containerd/config.toml
run etcd --data-dir /var/lib/etcd --unsafe-no-fsync --listen-peer-urls http://127.0.0.1:2380
run kube-apiserver --etcd-servers=http://127.0.0.1:2379 --service-cluster-ip-range=10.96.0.0/16 \
  --bind-address=0.0.0.0 --advertise-address="$address" --secure-port=6443 --cert-dir=/var/lib/kubernetes \
  --service-account-key-file="$key" --service-account-signing-key-file="$key" \
  --service-account-issuer=https://kubernetes.default.svc --authorization-mode=RBAC \
  --token-auth-file=/etc/kubernetes/tokens.csv --kubelet-preferred-address-types=InternalIP --allow-privileged=true
export KUBECONFIG=/etc/kubernetes/admin.yaml
wait_for kubectl get --raw /readyz
run kube-controller-manager --kubeconfig="$KUBECONFIG" --service-account-private-key-file="$key" \
  --use-service-account-credentials=false --leader-elect=false
run kube-scheduler --kubeconfig="$KUBECONFIG" --leader-elect=false
wait_for ctr version
for archive in /images/*.tar; do ctr --namespace k8s.io images import "$archive"; done
run kubelet --kubeconfig="$KUBECONFIG" --config=/etc/kubernetes/kubelet.yaml --hostname-override=node --node-ip="$address"
run kube-proxy --kubeconfig="$KUBECONFIG" --proxy-mode=iptables --hostname-override=node --cluster-cidr=10.244.0.0/24 \
  --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0
sed "s/NODE_ADDRESS/$address/" /etc/kubernetes/objects.yaml | kubectl apply -f -
run coredns -conf /etc/kubernetes/Corefile
kubectl proxy --address=0.0.0.0 --accept-hosts='.*' --port=8001 >/var/log/kubectl-proxy.log 2>&1 &
wait_for kubectl wait --for=condition=Ready node/node --timeout=1s
touch /ready
echo ready
wait
