//! Says how long something took in the few characters kubectl uses for ages.
//!
//! Models `HumanDuration` and `ShortHumanDuration`, k8s.io/apimachinery/pkg/util/duration, Kubernetes v1.36.
//! Left out: nothing; fractions of a second were cut off before.

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Prints a span of seconds with two or three significant figures: `5m3s`, `2d4h`.
pub fn human_duration(seconds: i64) -> String {
    let (minutes, hours) = (seconds / MINUTE, seconds / HOUR);
    let days = hours / 24;
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        _ if minutes < 10 => pair(minutes, 'm', seconds % 60, 's'),
        _ if minutes < 180 => format!("{minutes}m"),
        _ if hours < 8 => pair(hours, 'h', minutes % 60, 'm'),
        _ if hours < 48 => format!("{hours}h"),
        _ if hours < 24 * 8 => pair(days, 'd', hours % 24, 'h'),
        _ if hours < 24 * 365 * 2 => format!("{days}d"),
        _ if hours < 24 * 365 * 8 => pair(days / 365, 'y', days % 365, 'd'),
        _ => format!("{}y", days / 365),
    }
}

/// Prints a span of seconds with its largest unit only: `5m`, `2d`.
pub fn short_human_duration(seconds: i64) -> String {
    let hours = seconds / HOUR;
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        _ if hours < 24 => format!("{hours}h"),
        _ if hours < 24 * 365 => format!("{}d", hours / 24),
        _ => format!("{}y", hours / 24 / 365),
    }
}

fn pair(first: i64, unit: char, second: i64, small: char) -> String {
    if second == 0 { format!("{first}{unit}") } else { format!("{first}{unit}{second}{small}") }
}

#[cfg(test)]
mod tests {
    use super::{human_duration, short_human_duration};

    #[test]
    fn ages_read_as_kubectl_prints_them() {
        let cases = [
            (-2, "<invalid>", "<invalid>"),
            (-1, "0s", "0s"),
            (0, "0s", "0s"),
            (70, "70s", "1m"),
            (119, "119s", "1m"),
            (120, "2m", "2m"),
            (303, "5m3s", "5m"),
            (599, "9m59s", "9m"),
            (600, "10m", "10m"),
            (10_799, "179m", "2h"),
            (10_800, "3h", "3h"),
            (10_860, "3h1m", "3h"),
            (28_800, "8h", "8h"),
            (172_799, "47h", "1d"),
            (172_800, "2d", "2d"),
            (187_200, "2d4h", "2d"),
            (691_200, "8d", "8d"),
            (63_072_000, "2y", "2y"),
            (63_158_400, "2y1d", "2y"),
            (252_288_000, "8y", "8y"),
        ];
        for (seconds, human, short) in cases {
            assert_eq!(human_duration(seconds), human, "{seconds}");
            assert_eq!(short_human_duration(seconds), short, "{seconds}");
        }
    }
}
