// Copyright (c) 2023 The Jaeger Authors.
// SPDX-License-Identifier: Apache-2.0

// Package jaegerstorage is Jaeger's of this name, cut down to storage in memory. Stands in the place of its config.go and
// extension.go; the configuration is the same.
package jaegerstorage

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/jaegertracing/jaeger/internal/metrics"
	"github.com/jaegertracing/jaeger/internal/storage/v1"
	v1memory "github.com/jaegertracing/jaeger/internal/storage/v1/memory"
	"github.com/jaegertracing/jaeger/internal/storage/v2/api/tracestore"
	"github.com/jaegertracing/jaeger/internal/storage/v2/memory"
	"github.com/jaegertracing/jaeger/internal/telemetry"
)

type Config struct {
	TraceBackends map[string]TraceBackend `mapstructure:"backends"`
}

type TraceBackend struct {
	Memory *v1memory.Configuration `mapstructure:"memory"`
}

func (cfg *Config) Validate() error {
	if len(cfg.TraceBackends) == 0 {
		return errors.New("at least one storage is required")
	}
	for name, backend := range cfg.TraceBackends {
		if backend.Memory == nil {
			return fmt.Errorf("storage '%s' is not 'memory'", name)
		}
	}
	return nil
}

type storageExt struct {
	config    *Config
	telset    component.TelemetrySettings
	factories map[string]tracestore.Factory
}

func newStorageExt(cfg *Config, telset component.TelemetrySettings) extension.Extension {
	return &storageExt{config: cfg, telset: telset, factories: map[string]tracestore.Factory{}}
}

func (s *storageExt) Start(_ context.Context, host component.Host) error {
	for name, cfg := range s.config.TraceBackends {
		telset := telemetry.FromOtelComponent(s.telset, host)
		telset.Metrics = telset.Metrics.Namespace(metrics.NSOptions{Name: "jaeger"}).Namespace(metrics.NSOptions{
			Name: "storage",
			Tags: map[string]string{"name": name, "kind": "memory", "role": "tracestore"},
		})
		factory, err := memory.NewFactory(*cfg.Memory, telset)
		if err != nil {
			return fmt.Errorf("failed to initialize storage '%s': %w", name, err)
		}
		s.factories[name] = factory
	}
	return nil
}

func (*storageExt) Shutdown(context.Context) error { return nil }

// GetTraceStoreFactory is what jaeger_query and jaeger_storage_exporter call.
func GetTraceStoreFactory(name string, host component.Host) (tracestore.Factory, error) {
	for _, running := range host.GetExtensions() {
		if ext, ok := running.(*storageExt); ok {
			if factory, ok := ext.factories[name]; ok {
				return factory, nil
			}
		}
	}
	return nil, fmt.Errorf("no extension '%s' with a storage '%s'", componentType, name)
}

// GetMetricStorageFactory is what jaeger_query calls where its configuration names a storage of metrics.
func GetMetricStorageFactory(name string, _ component.Host) (storage.MetricStoreFactory, error) {
	return nil, fmt.Errorf("there is no storage of metrics in this build, so no '%s'", name)
}
