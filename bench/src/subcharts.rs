//! A chart with many subcharts, each with texts that run themselves through `tpl` and templates that include themselves:
//! ten times the subcharts should take ten times as long.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::cases::write;

/// A chart `many` with that many subcharts, written below a folder.
pub(crate) fn lay(room: &Path, subcharts: usize) -> Result<PathBuf, String> {
    let chart = room.join(format!("{subcharts}-subcharts"));
    let mut listed = String::from("apiVersion: v2\nname: many\nversion: 1.0.0\ndependencies:\n");
    for number in 0..subcharts {
        let _ = writeln!(
            listed,
            "  - {{ name: part{number}, version: 1.0.0, condition: part{number}.enabled }}"
        );
        subchart(&chart.join(format!("charts/part{number}")), number)?;
    }
    write(&chart.join("Chart.yaml"), &listed)?;
    write(&chart.join("values.yaml"), "global: { tier: bench }\n")?;
    Ok(chart)
}

fn subchart(chart: &Path, number: usize) -> Result<(), String> {
    let own = |text: &str| text.replace("NAME", &format!("part{number}"));
    write(&chart.join("Chart.yaml"), &own(CHART))?;
    write(&chart.join("values.yaml"), VALUES)?;
    write(&chart.join("templates/_helpers.tpl"), &own(HELPERS))?;
    write(&chart.join("templates/config.yaml"), &own(CONFIG))
}

const CHART: &str = "apiVersion: v2\nname: NAME\nversion: 1.0.0\n";

/// `text` runs itself once more for each step down.
const VALUES: &str = r#"
enabled: true
depth: 12
labels: { app: bench, tier: "{{ .Values.global.tier }}" }
text: >-
  {{- if gt (int .depth) 0 -}}
  {{ .depth }} {{ tpl .text (dict "depth" (sub (int .depth) 1) "text" .text "Template" .Template) }}
  {{- end -}}
"#;

const HELPERS: &str = r#"
{{- define "NAME.tree" -}}
{{- if gt (int .depth) 0 }}
  level{{ .depth }}: {{ .name | quote }}
{{- include "NAME.tree" (dict "depth" (sub (int .depth) 1) "name" .name) }}
{{- end }}
{{- end }}
{{- define "NAME.labels" -}}
{{- range $key, $value := .Values.labels }}
{{ $key }}: {{ tpl $value $ | quote }}
{{- end }}
{{- end }}
"#;

const CONFIG: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-NAME
  labels: {{- include "NAME.labels" . | nindent 4 }}
data:
  steps: {{ tpl .Values.text (dict "depth" .Values.depth "text" .Values.text "Template" .Template) | quote }}
  {{- include "NAME.tree" (dict "depth" .Values.depth "name" .Chart.Name) }}
"#;
