// Reads YAML as Helm does: each line of the input is a JSON text of YAML, each line of the output is its value or the error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"sigs.k8s.io/yaml"
)

type answer struct {
	Value any    `json:"value"`
	Error string `json:"error,omitempty"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	decoder, buffered := json.NewDecoder(in), bufio.NewWriter(out)
	encoder := json.NewEncoder(buffered)
	for {
		var text string
		if err := decoder.Decode(&text); err == io.EOF {
			return buffered.Flush()
		} else if err != nil {
			return err
		}
		if err := encoder.Encode(read(text)); err != nil {
			return err
		}
	}
}

// A panic of the library is a refusal as well.
func read(text string) (result answer) {
	defer func() {
		if panicked := recover(); panicked != nil {
			result = answer{Error: fmt.Sprint("panic: ", panicked)}
		}
	}()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Value: value}
}
