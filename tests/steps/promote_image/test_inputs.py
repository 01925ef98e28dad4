from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecs_steps import InvalidInputsError, PromoteEcrImageStep
from ecs_steps.octopus.inputs.shared_inputs import Feed
from ecs_steps.steps.promote_image.inputs import CopyReferrers, PromoteInputs, ScanGate
from ecs_steps.tags import Tag
from steps.promote_image.promotions import ECR, PROMOTE, variables

PACKAGE = "Octopus.Action.Package[EcsPromote.SourceImage]"
DIGEST = f"sha256:{'0' * 64}"


def read(source: str = "acme/web:1.4.0", **changes: object) -> PromoteInputs:
    return PromoteEcrImageStep(variables(source, **changes)).inputs


def problems(source: str = "acme/web:1.4.0", **changes: object) -> Mapping[str, str]:
    with pytest.raises(InvalidInputsError) as raised:
        PromoteEcrImageStep(variables(source, **changes))
    return {problem.path.removeprefix(f"{PROMOTE}."): problem.message for problem in raised.value.problems}


def test_what_is_not_given_has_the_safe_default() -> None:
    inputs = read()

    assert not inputs.create_repository
    assert inputs.scan_on_push
    assert inputs.immutable_tags
    assert inputs.scan_gate is ScanGate.OFF
    assert inputs.copy_referrers is CopyReferrers.NO
    assert inputs.tag is None


def test_the_source_is_the_image_of_the_package_with_the_feed_s_login() -> None:
    inputs = read(
        "",
        **{
            f"{PACKAGE}.Image": "registry.example.com/web:1",
            f"{PACKAGE}.Registry": "registry.example.com",
            f"{PACKAGE}.Feed.UserName": "octopus",
            f"{PACKAGE}.Feed.Password": "hunter2",
        },
    )

    assert inputs.source == "registry.example.com/web:1"
    assert inputs.source_feed == Feed(registry="registry.example.com", username="octopus", password="hunter2")  # noqa: S106  no secret
    assert "hunter2" not in repr(inputs)


def test_a_text_that_names_the_image_of_the_package_is_the_same_source() -> None:
    assert read("acme/web:1", **{f"{PACKAGE}.Image": "acme/web:1"}).source == "acme/web:1"


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"source": ""}, "SourceImage", "is required where there is no source layout and no"),
        ({"SourceLayout": "image.tar"}, "SourceImage", "cannot be given together with a source layout"),
        ({f"{PACKAGE}.Image": "acme/web:2"}, "SourceImage", "another image than the one"),
        ({"source": "acme/Web:1"}, "SourceImage", "is not an image reference"),
        ({"source": "acme/web"}, "SourceImage", "has no tag and no digest"),
        ({"source": f"acme/web@{DIGEST}"}, "Tag", "is required where the source is given by its digest"),
        ({"RepositoryName": "Production"}, "RepositoryName", "the name of a repository of ECR"),
        ({"RepositoryName": "a"}, "RepositoryName", "2 to 256"),
        ({"RepositoryName": "a" * 257}, "RepositoryName", "2 to 256"),
        ({"RepositoryName": "shop/a..b"}, "RepositoryName", "the name of a repository of ECR"),
        ({"RepositoryName": "a___b"}, "RepositoryName", "the name of a repository of ECR"),
        ({"RepositoryName": "/web"}, "RepositoryName", "the name of a repository of ECR"),
        ({"RepositoryName": ""}, "RepositoryName", "is required"),
        ({"Tag": "-1"}, "Tag", "expected a tag"),
        ({"Tag": "1" * 129}, "Tag", "expected a tag"),
        ({"ScanGate": "Low"}, "ScanGate", "expected one of Off, Critical, High, Medium"),
        ({"ScanGate": "High", "ScanTimeoutMinutes": "0"}, "ScanTimeoutMinutes", "expected a whole number"),
        ({"CopyReferrers": "Yes"}, "CopyReferrers", "expected one of False, True, Require"),
        ({"CreateRepository": "True", "LifecyclePolicy": "[]"}, "LifecyclePolicy", "expected a JSON object"),
        ({"CreateRepository": "True", "KmsKey": "a key"}, "KmsKey", "of a KMS key"),
        ({"SourceRole": "reader"}, "SourceRole", "the ARN of an IAM role"),
        (
            {"source": "", "SourceLayout": "image.tar", "CopyReferrers": "Require"},
            "CopyReferrers",
            "only possible where the source is in a registry",
        ),
    ],
)
def test_what_cannot_be_promoted_is_a_problem(changes: Mapping[str, str], path: str, message: str) -> None:
    found = problems(**changes)

    assert list(found) == [path]
    assert message in found[path]


def test_a_source_with_a_tag_and_a_digest_keeps_its_tag() -> None:
    assert read(f"acme/web:1.4.0@{DIGEST}").tag is None


def test_signatures_of_a_layout_are_a_warning() -> None:
    [warning] = PromoteEcrImageStep(variables("", SourceLayout="a.tar", CopyReferrers="True")).warnings

    assert warning.path == f"{PROMOTE}.CopyReferrers"


def test_settings_of_a_new_repository_matter_only_where_one_is_created() -> None:
    inputs = read(LifecyclePolicy="not JSON", KmsKey="no key", ScanOnPush="perhaps")

    assert inputs.lifecycle_policy is None
    assert inputs.kms_key is None


def test_a_lifecycle_policy_is_text_or_an_object() -> None:
    as_text = read(CreateRepository="True", LifecyclePolicy='{"rules": []}')
    as_object = read(CreateRepository="True", LifecyclePolicy={"rules": []})

    assert as_text.lifecycle_policy == as_object.lifecycle_policy == '{"rules": []}'


def test_a_new_repository_has_the_tags_of_the_release_and_the_user_s() -> None:
    tags = {"Octopus.Action.Aws.Tags": '[{"key": "team", "value": "shop"}]'}
    inputs = read(CreateRepository="True", **tags, **{"Octopus.Project.Name": "Shop"})

    assert inputs.repository_tags == (Tag("Octopus.Project.Name", "Shop"), Tag("team", "shop"))


@given(source=st.text(max_size=60), tag=st.text(max_size=20), layout=st.text(max_size=20))
def test_any_text_is_an_input_or_a_problem(source: str, tag: str, layout: str) -> None:
    try:
        inputs = read(source, Tag=tag, SourceLayout=layout)
    except InvalidInputsError:
        return
    assert inputs.source or inputs.source_layout


class TestThePolicy:
    def policy(self, source: str = "acme/web:1.4.0", **changes: object) -> dict[str, dict[str, object]]:
        step = PromoteEcrImageStep(variables(source, **{"Octopus.Action.Aws.Region": "eu-west-1", **changes}))
        return {statement["Sid"]: statement for statement in step.iam_policy()["Statement"]}

    def test_allows_a_push_into_the_one_repository(self) -> None:
        policy = self.policy()

        assert list(policy) == ["LogInToEcr", "PushTheImage"]
        assert policy["PushTheImage"]["Resource"] == ["arn:aws:ecr:eu-west-1:*:repository/production/web"]

    def test_allows_what_the_options_need(self) -> None:
        policy = self.policy(CreateRepository="True", LifecyclePolicy="{}", ScanGate="High")

        assert policy["CreateTheRepository"]["Action"] == [
            "ecr:CreateRepository",
            "ecr:TagResource",
            "ecr:GetLifecyclePolicy",
            "ecr:PutLifecyclePolicy",
        ]
        assert policy["ScanTheImage"]["Action"] == ["ecr:DescribeImageScanFindings", "ecr:StartImageScan"]

    def test_allows_a_source_in_ecr_to_be_read_where_it_is(self) -> None:
        policy = self.policy(f"{ECR.replace('eu-west-1', 'us-east-1')}/team/web:1")

        assert policy["PullTheSource"]["Resource"] == [
            "arn:aws:ecr:us-east-1:123456789012:repository/team/web"
        ]

    def test_allows_the_source_role_to_be_assumed_and_leaves_the_rest_to_it(self) -> None:
        role = "arn:aws:iam::210987654321:role/reader"
        policy = self.policy(f"{ECR}/team/web:1", SourceRole=role)

        assert policy["AssumeTheSourceRole"]["Resource"] == [role]
        assert "PullTheSource" not in policy
