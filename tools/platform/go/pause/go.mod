module event-sinks.dev/platform/pause

go 1.25.0
