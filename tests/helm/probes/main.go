// Renders every probe with Helm's own loader, values and engine, and writes what comes out beside the fixtures.
//
//	probes DIR    reads DIR/*.yaml, writes DIR/*.golden.jsonl
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/yaml"
)

// A file of fixtures. Values are texts, so that both sides read the very bytes.
type family struct {
	Values  string            `json:"values"`
	Helpers string            `json:"helpers"`
	Files   map[string]string `json:"files"`
	Probes  []probe           `json:"probes"`
	Matrix  []matrix          `json:"matrix"`
}

// Values replace the family's.
type probe struct {
	Template string `json:"template"`
	Values   string `json:"values"`
}

// Every template with every input in the place of its `@`.
type matrix struct {
	Templates []string `json:"templates"`
	Inputs    []string `json:"inputs"`
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

type golden struct {
	Template string  `json:"template"`
	Output   *string `json:"output,omitempty"`
	Error    string  `json:"error,omitempty"`
}

func main() {
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
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		probes := f.Probes
		for _, m := range f.Matrix {
			for _, template := range m.Templates {
				for _, input := range m.Inputs {
					probes = append(probes, probe{Template: strings.ReplaceAll(template, "@", input)})
				}
			}
		}
		for _, p := range probes {
			g := golden{Template: p.Template}
			output, err := render(f, p)
			if err != nil {
				g.Error = err.Error()
			} else {
				g.Output = &output
			}
			if err := encoder.Encode(g); err != nil {
				return err
			}
		}
		name := strings.TrimSuffix(fixture, ".yaml") + ".golden.jsonl"
		if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// The probe is the notes of a chart: they are rendered like any template and never looked at as YAML.
func render(f family, p probe) (string, error) {
	values := f.Values
	if p.Values != "" {
		values = p.Values
	}
	files := []*archive.BufferedFile{
		{Name: "Chart.yaml", Data: []byte("apiVersion: v2\nname: probe\nversion: 1.2.3\nappVersion: \"4.5\"\n")},
		{Name: "values.yaml", Data: []byte(values)},
		{Name: "templates/NOTES.txt", Data: []byte(p.Template)},
	}
	if f.Helpers != "" {
		files = append(files, &archive.BufferedFile{Name: "templates/_helpers.tpl", Data: []byte(f.Helpers)})
	}
	for name, text := range f.Files {
		files = append(files, &archive.BufferedFile{Name: name, Data: []byte(text)})
	}
	chart, err := loader.LoadFiles(files)
	if err != nil {
		return "", err
	}
	given := map[string]any{}
	if err := chartutil.ProcessDependencies(chart, given); err != nil {
		return "", err
	}
	capabilities := common.DefaultCapabilities.Copy()
	version, err := common.ParseKubeVersion("v1.33.4")
	if err != nil {
		return "", err
	}
	capabilities.KubeVersion = *version
	options := common.ReleaseOptions{Name: "probe-release", Namespace: "probe-space", Revision: 1, IsInstall: true}
	top, err := util.ToRenderValues(chart, given, options, capabilities)
	if err != nil {
		return "", err
	}
	rendered, err := new(engine.Engine).Render(chart, top)
	if err != nil {
		return "", err
	}
	return rendered["probe/templates/NOTES.txt"], nil
}
