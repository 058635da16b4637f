#!/bin/sh
# Starts a broker by the file that is mounted, as upstream's image does; of the variables it reads CLUSTER_ID and KAFKA_HEAP_OPTS.
set -eu
config=/mnt/shared/config/server.properties
export CLASSPATH='/opt/kafka/libs/*'
# shellcheck disable=SC2086 -- several options
java ${KAFKA_HEAP_OPTS:-} kafka.tools.StorageTool format --ignore-formatted -t "${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}" -c "$config"
# shellcheck disable=SC2086
exec java ${KAFKA_HEAP_OPTS:-} -Dorg.slf4j.simpleLogger.defaultLogLevel=warn kafka.Kafka "$config"
