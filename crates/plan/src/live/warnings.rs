//! What a plan has to say beside what it does: losses of definitions, and releases that went elsewhere.

use super::decide::taken_over;
use super::{Answer, Cluster, definition};
use crate::Section;

/// What the server warned of while it was asked, and what is there says.
pub(super) fn of(cluster: &Cluster) -> Vec<String> {
    [cluster.warnings.clone(), definitions(cluster), lost(cluster)].concat()
}

/// What definitions would lose, and what those that stay as they are do not have.
fn definitions(cluster: &Cluster) -> Vec<String> {
    let seen =
        cluster.objects.iter().filter(|((_, key), _)| key.id.kind == "CustomResourceDefinition");
    let mut warnings = Vec::new();
    for ((release, key), seen) in seen {
        let (Some(live), Some(Answer::Applied { result, body, .. })) = (&seen.live, &seen.answer)
        else {
            continue;
        };
        let stays = key.section == Section::Crd && cluster.keeps_definitions.contains(release);
        if stays {
            for version in definition::missing(live, body) {
                warnings.push(format!(
                    "`{}` is there without the version `{version}` that the chart brings; `crds: apply` updates it",
                    key.id
                ));
            }
            continue;
        }
        for loss in definition::losses(live, result) {
            let concerned = match seen.instances {
                Some(1) => ", which concerns 1 object".to_owned(),
                Some(count) => format!(", which concerns {count} objects"),
                None => String::new(),
            };
            warnings.push(format!("`{}` {loss}{concerned}", key.id));
        }
    }
    warnings
}

/// Releases that another stack took over.
fn lost(cluster: &Cluster) -> Vec<String> {
    let all = cluster.inventory.iter().flat_map(|inventory| &inventory.releases);
    let lost = all.filter_map(|record| Some((record, taken_over(record, cluster)?)));
    lost.map(|(record, other)| {
        format!("`{}` belongs to the stack `{other}` now, and this one leaves it alone", record.id)
    })
    .collect()
}
