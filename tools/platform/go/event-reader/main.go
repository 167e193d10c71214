// Command event-reader is the work of a Job that a JobSink made: it reads the event from its file with the
// CloudEvents SDK and prints it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	cloudevents "github.com/cloudevents/sdk-go/v2"
)

func main() {
	if err := handleEvent(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func handleEvent() error {
	// The folder is /etc/jobsink-event, unless the container mounts the volume elsewhere.
	eventBytes, err := os.ReadFile(filepath.Join(os.Getenv("K_EVENT_PATH"), "event"))
	if err != nil {
		return err
	}

	event := &cloudevents.Event{}
	if err := json.Unmarshal(eventBytes, event); err != nil {
		return err
	}
	if err := event.Validate(); err != nil {
		return err
	}

	fmt.Println(event)
	return printExactly(event)
}

// printExactly prints, as one line of JSON, what the form above does not tell: the type that each extension has in
// Go, and the payload's own bytes, in base64.
func printExactly(event *cloudevents.Event) error {
	extensions := map[string]string{}
	for name, value := range event.Extensions() {
		extensions[name] = fmt.Sprintf("%T", value)
	}
	return json.NewEncoder(os.Stdout).Encode(struct {
		Extensions map[string]string `json:"extensions"`
		Data       []byte            `json:"data"`
	}{extensions, event.Data()})
}
