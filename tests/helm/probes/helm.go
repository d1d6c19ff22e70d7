package main

import (
	"maps"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
)

// Where the goldens go, and of which others only differences are written.
const suffix, against = ".golden.jsonl", ""

func render(f family, p probe) (string, error) {
	texts := chartFiles(f, p)
	var files []*archive.BufferedFile
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		files = append(files, &archive.BufferedFile{Name: name, Data: []byte(texts[name])})
	}
	chart, err := loader.LoadFiles(files)
	if err != nil {
		return "", err
	}
	values, err := given(p)
	if err != nil {
		return "", err
	}
	if err := chartutil.ProcessDependencies(chart, values); err != nil {
		return "", err
	}
	capabilities := common.DefaultCapabilities.Copy()
	version, err := common.ParseKubeVersion("v1.33.4")
	if err != nil {
		return "", err
	}
	capabilities.KubeVersion = *version
	options := common.ReleaseOptions{Name: "probe-release", Namespace: "probe-space", Revision: 1, IsInstall: true}
	top, err := util.ToRenderValues(chart, values, options, capabilities)
	if err != nil {
		return "", err
	}
	rendered, err := new(engine.Engine).Render(chart, top)
	if err != nil {
		return "", err
	}
	if f.Show != "manifests" {
		return rendered["probe/templates/NOTES.txt"], nil
	}
	// As before manifests are sorted.
	maps.DeleteFunc(rendered, func(name, _ string) bool { return strings.HasSuffix(name, "NOTES.txt") })
	hooks, manifests, err := releaseutil.SortManifests(rendered, nil, releaseutil.InstallOrder)
	if err != nil {
		return "", err
	}
	text := ""
	for _, manifest := range manifests {
		text += shown(manifest.Name, manifest.Content)
	}
	for _, hook := range hooks {
		var events, policies []string
		for _, event := range hook.Events {
			events = append(events, event.String())
		}
		for _, policy := range hook.DeletePolicies {
			policies = append(policies, policy.String())
		}
		text += shownHook(hook.Path, hook.Manifest, events, hook.Weight, policies)
	}
	return text, nil
}
