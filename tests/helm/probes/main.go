// Renders every probe with Helm's own loader, values and engine, and writes what comes out beside the fixtures.
//
//	probes DIR    reads DIR/*.yaml, writes DIR/*.golden.jsonl; that of Helm 3 writes to DIR/*.helm3.jsonl what differs
//
// This file is that of both Helms; `helm.go` beside it is each one's own.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// A file of fixtures. Values are texts, so that both sides read the very bytes.
type family struct {
	Values  string            `json:"values"`
	Helpers string            `json:"helpers"`
	Files   map[string]string `json:"files"`
	// What is shown: the notes, which are never looked at as YAML, or the manifests and hooks in their order.
	Show string `json:"show"`
	// Only whether it fails counts.
	Verdict bool     `json:"verdict"`
	Probes  []probe  `json:"probes"`
	Matrix  []matrix `json:"matrix"`
}

// Values replace the family's, files come on top of the family's.
type probe struct {
	Template string            `json:"template"`
	Values   string            `json:"values"`
	Given    string            `json:"given"`
	Files    map[string]string `json:"files"`
}

// Every template with every input in the place of its `@`, with every one of the values, of what the user gives, and of the
// schemas with every draft in the place of `DRAFT`.
type matrix struct {
	Templates []string `json:"templates"`
	Inputs    []string `json:"inputs"`
	Values    []string `json:"values"`
	Given     []string `json:"given"`
	Schemas   []string `json:"schemas"`
	Drafts    []string `json:"drafts"`
}

// A probe may be written as its template alone.
func (p *probe) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &p.Template); err == nil {
		return nil
	}
	type plain probe
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode((*plain)(p))
}

func (m matrix) probes() []probe {
	orOne := func(texts []string) []string {
		if texts == nil {
			return []string{""}
		}
		return texts
	}
	var probes []probe
	for _, template := range m.Templates {
		for _, input := range orOne(m.Inputs) {
			if m.Inputs != nil {
				input = strings.ReplaceAll(template, "@", input)
			} else {
				input = template
			}
			for _, values := range orOne(m.Values) {
				for _, given := range orOne(m.Given) {
					for _, schema := range orOne(m.Schemas) {
						for _, draft := range orOne(m.Drafts) {
							p := probe{Template: input, Values: values, Given: given}
							if m.Schemas != nil {
								text := strings.ReplaceAll(schema, "DRAFT", draft)
								p.Files = map[string]string{"values.schema.json": text}
							}
							probes = append(probes, p)
						}
					}
				}
			}
		}
	}
	return probes
}

type golden struct {
	// All that the probe is made of, as a digest.
	Of string `json:"of"`
	// Only in a file that does not hold all probes: which one it is, from 0.
	Probe    *int    `json:"probe,omitempty"`
	Template string  `json:"template"`
	Output   *string `json:"output,omitempty"`
	Error    string  `json:"error,omitempty"`
}

func main() {
	// What Helm warns of on the way.
	log.SetOutput(io.Discard)
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(directory string) error {
	fixtures, err := filepath.Glob(filepath.Join(directory, "*.yaml"))
	if err != nil {
		return err
	}
	for _, fixture := range fixtures {
		text, err := os.ReadFile(fixture)
		if err != nil {
			return err
		}
		var f family
		if err := yaml.UnmarshalStrict(text, &f); err != nil {
			return fmt.Errorf("%s: %w", fixture, err)
		}
		name := strings.TrimSuffix(fixture, ".yaml")
		if err := write(name, f); err != nil {
			return fmt.Errorf("%s: %w", fixture, err)
		}
	}
	return nil
}

func write(name string, f family) error {
	probes := f.Probes
	for _, m := range f.Matrix {
		probes = append(probes, m.probes()...)
	}
	var others []golden
	if against != "" {
		var err error
		if others, err = read(name + against); err != nil {
			return err
		}
		if len(others) != len(probes) {
			return fmt.Errorf("%s%s is not of this fixture", name, against)
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for i, p := range probes {
		g := golden{Of: digest(f, p), Template: p.Template}
		output, err := render(f, p)
		if err != nil && f.Verdict {
			g.Error = "refused"
		} else if err != nil {
			g.Error = err.Error()
		} else {
			g.Output = &output
		}
		if against != "" {
			if same(g, others[i]) {
				continue
			}
			g.Probe = &i
		}
		if err := encoder.Encode(g); err != nil {
			return err
		}
	}
	if against != "" && out.Len() == 0 {
		os.Remove(name + suffix)
		return nil
	}
	return os.WriteFile(name+suffix, out.Bytes(), 0o644)
}

// All that a probe is made of, in a fixed order: FNV-1a of each text and a zero after it. The reader of the goldens does the same.
func digest(f family, p probe) string {
	values := f.Values
	if p.Values != "" {
		values = p.Values
	}
	texts := []string{p.Template, values, p.Given, f.Helpers, f.Show, fmt.Sprint(f.Verdict)}
	for _, files := range []map[string]string{f.Files, p.Files} {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			texts = append(texts, name, files[name])
		}
	}
	hash := fnv.New64a()
	for _, text := range texts {
		io.WriteString(hash, text+"\x00")
	}
	return fmt.Sprintf("%016x", hash.Sum64())
}

func read(path string) ([]golden, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var goldens []golden
	decoder := json.NewDecoder(bufio.NewReader(file))
	for decoder.More() {
		var g golden
		if err := decoder.Decode(&g); err != nil {
			return nil, err
		}
		goldens = append(goldens, g)
	}
	return goldens, nil
}

// Two Helms lead to an error in words of their own; its reason stands last.
func same(one, other golden) bool {
	if one.Output != nil && other.Output != nil {
		return *one.Output == *other.Output
	}
	return one.Output == nil && other.Output == nil && reason(one.Error) == reason(other.Error)
}

func reason(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	parts := strings.Split(lines[len(lines)-1], ": ")
	return strings.TrimSpace(parts[len(parts)-1])
}

// What the user gives.
func given(p probe) (map[string]any, error) {
	values := map[string]any{}
	err := yaml.Unmarshal([]byte(p.Given), &values)
	if values == nil {
		values = map[string]any{}
	}
	return values, err
}

// The files of the chart that a probe is rendered as. The template is its notes, or a manifest.
func chartFiles(f family, p probe) map[string]string {
	values := f.Values
	if p.Values != "" {
		values = p.Values
	}
	files := map[string]string{
		"Chart.yaml":  "apiVersion: v2\nname: probe\nversion: 1.2.3\nappVersion: \"4.5\"\n",
		"values.yaml": values,
	}
	if f.Helpers != "" {
		files["templates/_helpers.tpl"] = f.Helpers
	}
	for _, more := range []map[string]string{f.Files, p.Files} {
		for name, text := range more {
			files[name] = text
		}
	}
	if f.Show == "manifests" {
		files["templates/a.yaml"] = p.Template
	} else {
		files["templates/NOTES.txt"] = p.Template
	}
	return files
}

// A document as the manifests show it.
func shown(source, text string) string {
	return fmt.Sprintf("# %s\n%s\n", source, text)
}

func shownHook(source, text string, events []string, weight int, policies []string) string {
	return fmt.Sprintf("# hook %s %v %d %v\n%s\n", source, events, weight, policies, text)
}
