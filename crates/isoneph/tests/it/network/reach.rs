//! Who reaches whom, as text and as a picture.

use super::{OPEN, with_cluster};
use crate::isoneph;

#[test]
fn one_pair_is_answered_with_its_way() {
    let (_folder, network) = with_cluster(OPEN);
    let run = isoneph(&["network", "reach", "--from", "red-app", "--to", "blue-app", "--port", "tcp/5432", &network]);
    let text = run.ends_with(0).stdout();
    assert!(text.contains("connects: tcp 5432"), "{text}");
}

#[test]
fn the_picture_is_one_page_that_loads_nothing_and_names_every_class() {
    let (folder, network) = with_cluster(OPEN);
    let page = folder.path().join("network.html");
    let name = page.display().to_string();
    isoneph(&["network", "reach", "--format", "html", "--output", &name, &network]).ends_with(0);
    let text = std::fs::read_to_string(&page).expect("the page");
    assert!(text.starts_with("<!DOCTYPE html>") && text.trim_end().ends_with("</html>"));
    for part in ["red-app", "blue-app", "tcp 5432"] {
        assert!(text.contains(part), "{part}");
    }
    for bad in ["<script", "http:", "https:"] {
        assert!(!text.contains(bad), "{bad}");
    }
}

#[test]
fn whom_an_address_does_not_name_is_told_and_is_nobody_on_the_internet() {
    let (_folder, network) = with_cluster(OPEN);
    let ask = |from: &str, to: &str| isoneph(&["network", "reach", "--from", from, "--to", to, &network]);
    let run = ask("8.8.8.8", "10.0.0.1").ends_with(3);
    assert!(run.stderr().contains("neither end is in a network of the model"), "{}", run.stderr());
    let run = ask("red-app", "nobody").ends_with(2);
    assert!(run.stderr().contains("nothing in the model is called"), "{}", run.stderr());
}

#[test]
fn flows_that_expect_nothing_are_wrong_usage() {
    let (folder, network) = with_cluster(OPEN);
    for (name, text) in [("empty.csv", ""), ("header.csv", "src,dst,proto,port,expect\n"), ("other.csv", "x,y\n1,2\n")]
    {
        let flows = crate::file(&folder, name, text.as_bytes());
        let run = isoneph(&["network", "test", &flows, &network]).ends_with(2);
        assert!(run.stderr().contains(name) && run.stderr().contains("src and dst"), "{}", run.stderr());
    }
}

#[test]
fn files_of_a_folder_that_hold_nothing_of_a_network_are_said() {
    let (folder, _) = with_cluster(OPEN);
    for (name, text) in [("notes.json", r#"{"Things": [1]}"#), ("none.json", "[]")] {
        std::fs::write(folder.path().join(name), text).expect("a file beside");
    }
    let network = folder.path().display().to_string();
    let run = isoneph(&["network", "reach", "--from", "red-app", "--to", "blue-app", &network]).ends_with(0);
    assert!(run.stderr().contains("passed over: ") && run.stderr().contains("notes.json"), "{}", run.stderr());
    assert!(!run.stderr().contains("none.json"), "{}", run.stderr());
}

#[test]
fn a_sender_a_receiver_and_a_service_each_narrow_the_matrix() {
    let (_folder, network) = with_cluster(OPEN);
    let ask = |narrow: &[&str]| {
        let run = isoneph(&[&["network", "reach"][..], narrow, &[&network]].concat());
        run.ends_with(0).stdout()
    };
    let passes = |text: &str| text.lines().filter(|line| line.contains(" -> ")).map(str::to_owned).collect::<Vec<_>>();
    let all = passes(&ask(&[]));
    let from = passes(&ask(&["--from", "red-app"]));
    assert!(!from.is_empty() && from.len() < all.len() && from.iter().all(|line| line.starts_with("red/red-app -> ")));
    let to = passes(&ask(&["--to", "blue-app"]));
    assert!(!to.is_empty() && to.len() < all.len() && to.iter().all(|line| line.contains("-> blue/blue-app: ")));
    let port = passes(&ask(&["--port", "tcp/5432", "--to", "blue-app"]));
    assert!(port.iter().any(|line| line == "red/red-app -> blue/blue-app: tcp 5432"), "{port:?}");
    assert!(
        passes(&ask(&["--port", "tcp/5431", "--from", "red-app", "--to", "blue-app", "--format", "csv"])).is_empty()
    );
    let run = isoneph(&["network", "reach", "--from", "nobody", &network]).ends_with(2);
    assert!(run.stderr().contains("nothing in the model is called"), "{}", run.stderr());
}

#[test]
fn one_pair_is_a_table_and_a_picture_too() {
    let (_folder, network) = with_cluster(OPEN);
    let ask = |format: &str| {
        let pair =
            ["network", "reach", "--from", "red-app", "--to", "blue-app", "--port", "tcp/5432", "--format", format];
        isoneph(&[&pair[..], &[&network]].concat()).ends_with(0).stdout()
    };
    assert_eq!(ask("csv"), "from,to,arrives,connects,because\nred-app,blue-app,tcp 5432,tcp 5432,\n");
    assert!(ask("html").contains("<td>red-app</td><td>blue-app</td><td class=\"sure\">tcp 5432</td>"));
}

#[test]
fn expected_flows_are_told_with_rules_and_path_and_mistakes_with_their_line() {
    let (folder, network) = with_cluster(OPEN);
    let flows = crate::file(
        &folder,
        "flows.csv",
        b"src,dst,proto,port,expect\nred-app,blue-app,tcp,5432,permit\nred-app,blue-app,icmp,8/0,deny\n",
    );
    let text = isoneph(&["network", "test", "--format", "csv", &flows, &network]).ends_with(0).stdout();
    let (head, rows) = text.split_once('\n').expect("rows");
    assert_eq!(head, "src,dst,proto,port,expect,answer,ok,why,path");
    assert!(rows.lines().all(|row| !row.contains(",,")), "why and path are told: {rows}");
    let wrong = [
        (
            "flows.csv",
            "src,dst,proto,port,expect\n# none\nred-app,blue-app,tcp,x,permit\n",
            "flows.csv: line 3: \"x\" is no port",
        ),
        (
            "flows.json",
            "[\n{\"src\": \"a\", \"dst\": \"b\"},\n{\"src\": \"a\"}]",
            "flows.json: line 3: the field \"dst\" is missing",
        ),
        (
            "icmp.csv",
            "src,dst,proto,port\nred-app,blue-app,icmp,8/x\n",
            "icmp.csv: line 2: \"8/x\" is no type and code",
        ),
    ];
    for (name, text, said) in wrong {
        let flows = crate::file(&folder, name, text.as_bytes());
        let run = isoneph(&["network", "test", &flows, &network]).ends_with(2);
        assert!(run.stderr().contains(said), "{}", run.stderr());
    }
}

#[test]
fn rules_without_a_machine_or_pod_are_no_network_in_which_nothing_passes() {
    let group = r#"{"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1", "OwnerId": "1", "GroupName": "g", "IpPermissions":
        [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}], "IpPermissionsEgress": []}]}"#;
    let policy =
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}}\n";
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("groups.json", group), ("policy.yaml", policy)] {
        let rules = crate::file(&folder, name, text.as_bytes());
        for format in ["text", "json", "csv"] {
            let run = isoneph(&["network", "reach", "--format", format, &rules]).ends_with(3);
            assert!(run.stderr().contains("no machine or pod is shown"), "{name}: {}", run.stderr());
        }
    }
}
