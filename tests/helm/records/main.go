// Lets Helm's own code write release records, and read those of others.
//
//	records write CHART...    installs, upgrades and rolls back each chart; {chart: [Secret, ...]} or {chart: error}
//	records read              takes [Secret, ...] of one release; tells what Helm makes of them, and what becomes of them
//
// Secrets live in memory; no other object is created anywhere.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	corev1 "k8s.io/client-go/kubernetes/typed/core/v1"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/kube"
	kubefake "helm.sh/helm/v4/pkg/kube/fake"
	release "helm.sh/helm/v4/pkg/release/v1"
	"helm.sh/helm/v4/pkg/storage"
	"helm.sh/helm/v4/pkg/storage/driver"
)

const namespace = "shop"

// Helm with storage of its own.
func helm() (*action.Configuration, corev1.SecretInterface) {
	secrets := fake.NewClientset().CoreV1().Secrets(namespace)
	client := &kubefake.PrintingKubeClient{Out: io.Discard, LogOutput: io.Discard}
	return &action.Configuration{
		Releases:     storage.Init(driver.NewSecrets(secrets)),
		KubeClient:   client,
		Capabilities: common.DefaultCapabilities,
	}, secrets
}

func main() {
	var result any
	var err error
	switch {
	case len(os.Args) > 2 && os.Args[1] == "write":
		written := map[string]any{}
		for _, path := range os.Args[2:] {
			if secrets, err := write(path); err != nil {
				written[path] = err.Error()
			} else {
				written[path] = secrets
			}
		}
		result = written
	case len(os.Args) == 2 && os.Args[1] == "read":
		result, err = read(os.Stdin)
	default:
		err = fmt.Errorf("usage: records write CHART... | records read")
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(path string) ([]v1.Secret, error) {
	config, secrets := helm()
	install := action.NewInstall(config)
	install.ReleaseName, install.Namespace = "web", namespace
	// Nothing here could say that a definition is established.
	install.SkipCRDs = true
	install.Labels = map[string]string{"team": "a"}
	install.WaitStrategy = kube.HookOnlyStrategy
	upgrade := action.NewUpgrade(config)
	upgrade.Namespace, upgrade.WaitStrategy = namespace, kube.HookOnlyStrategy
	rollback := action.NewRollback(config)
	rollback.Version, rollback.WaitStrategy = 1, kube.HookOnlyStrategy
	rollback.ServerSideApply = "auto"
	// Charts are changed by what is done with them.
	chart, err := loader.Load(path)
	if err != nil {
		return nil, err
	}
	if _, err := install.Run(chart, map[string]any{}); err != nil {
		return nil, err
	}
	if chart, err = loader.Load(path); err != nil {
		return nil, err
	}
	values, err := given(path)
	if err != nil {
		return nil, err
	}
	if _, err := upgrade.Run("web", chart, values); err != nil {
		return nil, err
	}
	if err := rollback.Run("web"); err != nil {
		return nil, err
	}
	return all(secrets)
}

// What a user of the chart would pass.
func given(path string) (map[string]any, error) {
	file, err := os.Open(filepath.Join(path, "ci", "given.yaml"))
	if os.IsNotExist(err) {
		return map[string]any{"given": true}, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return loader.LoadValues(file)
}

// What Helm tells of records.
type told struct {
	List    []string `json:"list"`
	History []string `json:"history"`
	// All values of the last revision.
	Values map[string]any `json:"values"`
	// Every record after Helm has read it and written it again.
	Rewritten []v1.Secret `json:"rewritten"`
	// After a rollback to the first revision, an upgrade that reuses values and an uninstallation that keeps history.
	After []string `json:"after"`
}

func read(input io.Reader) (*told, error) {
	config, secrets := helm()
	var given []v1.Secret
	if err := json.NewDecoder(input).Decode(&given); err != nil {
		return nil, err
	}
	for _, secret := range given {
		if _, err := secrets.Create(context.Background(), &secret, metav1.CreateOptions{}); err != nil {
			return nil, err
		}
	}
	told := &told{}
	listed, err := action.NewList(config).Run()
	if err != nil {
		return nil, err
	}
	for _, each := range listed {
		told.List = append(told.List, line(each.(*release.Release)))
	}
	history, err := config.Releases.History("web")
	if err != nil {
		return nil, err
	}
	for _, each := range history {
		told.History = append(told.History, line(each.(*release.Release)))
		if err := config.Releases.Update(each); err != nil {
			return nil, err
		}
	}
	values := action.NewGetValues(config)
	values.AllValues = true
	if told.Values, err = values.Run("web"); err != nil {
		return nil, err
	}
	if told.Rewritten, err = all(secrets); err != nil {
		return nil, err
	}
	told.After, err = goOn(config)
	return told, err
}

func goOn(config *action.Configuration) ([]string, error) {
	rollback := action.NewRollback(config)
	rollback.Version, rollback.WaitStrategy = 1, kube.HookOnlyStrategy
	rollback.ServerSideApply = "auto"
	if err := rollback.Run("web"); err != nil {
		return nil, fmt.Errorf("rollback: %w", err)
	}
	last, err := config.Releases.Last("web")
	if err != nil {
		return nil, err
	}
	upgrade := action.NewUpgrade(config)
	upgrade.Namespace, upgrade.WaitStrategy, upgrade.ReuseValues = namespace, kube.HookOnlyStrategy, true
	if _, err := upgrade.Run("web", last.(*release.Release).Chart, nil); err != nil {
		return nil, fmt.Errorf("upgrade: %w", err)
	}
	uninstall := action.NewUninstall(config)
	uninstall.KeepHistory, uninstall.WaitStrategy = true, kube.HookOnlyStrategy
	if _, err := uninstall.Run("web"); err != nil {
		return nil, fmt.Errorf("uninstall: %w", err)
	}
	history, err := config.Releases.History("web")
	var lines []string
	for _, each := range history {
		lines = append(lines, line(each.(*release.Release)))
	}
	return lines, err
}

func line(release *release.Release) string {
	metadata := release.Chart.Metadata
	return fmt.Sprintf("%s %d %s %s-%s %s: %s; %d hooks, labels %s, %s", release.Name, release.Version,
		release.Info.Status, metadata.Name, metadata.Version, metadata.AppVersion, release.Info.Description,
		len(release.Hooks), release.Labels["team"], release.ApplyMethod)
}

func all(secrets corev1.SecretInterface) ([]v1.Secret, error) {
	list, err := secrets.List(context.Background(), metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for index := range list.Items {
		list.Items[index].Kind = "Secret"
	}
	return list.Items, nil
}
