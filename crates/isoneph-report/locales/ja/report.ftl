## 日本語のレポートの語句。キーは locales/en/report.ftl と同じで、テストが一致を確かめる。

title = ISO/IEC 27017 評価
subtitle = ISO/IEC 27017:{ $edition }、{ $date } 時点
list-separator = 、
none = なし
unknown-value = 不明

## 結果

outcome-pass = 合格
outcome-fail = 不合格
outcome-unknown = 判定不能
outcome-not-applicable = 対象外
outcome-means-pass = チェックが求める事項が成り立つことを証拠が示している。
outcome-means-fail = 成り立たないことを証拠が示している。
outcome-means-unknown = 証拠からはどちらとも言えない。理由を併記する。合格には数えない。
outcome-means-not-applicable = チェックがこの対象に関わらない。又は、完全な目録に該当するものがない。

## 重大度

severity-critical = 緊急
severity-high = 高
severity-medium = 中
severity-low = 低

## 役割

role-provider = プロバイダ
role-customer = カスタマ
role-provider-long = クラウドサービスプロバイダ
role-customer-long = クラウドサービスカスタマ

## 判定

standing-contradicted = 矛盾
standing-adverse = 不利
standing-incomplete = 不完全
standing-supported = 裏付けあり
standing-excluded = 除外
standing-no-guidance = 指針なし
means-contradicted = 当事者が現に表明している内容に反する証拠がある。
means-adverse = 指針に反する証拠がある。満たしているとは誰も表明していない。
means-incomplete = 反する証拠はないが、必要なものが欠けている、判定できない、古い、範囲に届かない、又は計画だけである。
means-supported = 求められる事項のすべてについて、新しく、範囲を覆う証拠がある。
means-excluded = 理由を付けて除外され、それを覆す証拠がない。
means-no-guidance = ISO/IEC 27017はこの役割に何も加えていない。基となる管理策はそのまま適用される。

## 要求事項の種類、証拠の区分、把握の程度

kind-configuration = 設定
kind-operation = 運用の記録
kind-statement = 自らの規則と手順
kind-disclosure = 相手方への開示
kind-assurance = 第三者による保証
support-required = 必須
support-contributing = 補助
class-intended = 計画
class-configured = 設定
class-operated = 運用
class-asserted = 表明
class-assured = 保証
class-means-intended = 計画。これから作ろうとしているもの。管理策に反することは示せるが、裏付けにはならない。
class-means-configured = ステート、目録、イメージ。現に設定されているもの。
class-means-operated = ログ又は記録。起きたこと。
class-means-asserted = 当事者が自らについて述べること。
class-means-assured = 第三者が述べること。
extent-complete = 全部
extent-declared = 宣言されたものの全部
extent-partial = 一部
extent-none = 未確認

## 判定不能・対象外の理由と、次にできること

reason-after-apply = 計画を適用した後でなければ分からない
reason-not-collected = 入力にこの事実が含まれていない
reason-unreadable = 存在したが解釈できなかった
reason-provider-default = プロバイダの既定値によるが、どの既定値かを証明できない
reason-schema-older = 入力のスキーマがこの事実より古い
reason-unresolved-reference = 与えられたものの外を参照している
reason-coverage-partial = 行がないことを根拠とするが、その表は一部しか見えていない
reason-coverage-none = この表を見た入力がない
reason-no-observation = チェックはこの対象について何も観測しなかった
reason-stale = 証拠がチェックの許す期間より古い
reason-no-subject = 完全な目録に該当するものがない
reason-does-not-apply = チェックはこの対象に関わらない
reason-help-after-apply = 適用後のステート(terraform show -json)を与えるか、計画の中で値を定める。
reason-help-not-collected = この事実を含む入力を加える。計画のほかにステートや目録など。
reason-help-administration = --administration（手順、緊急用ID、レビュー、人員）または登録簿で示してください。
reason-help-changes = 承認済みの変更とパイプラインの実行を --changes または登録簿で示してください。
reason-help-unreadable = 下の「読み取れなかったもの」でファイルと箇所を確かめ、正しい形式で出力し直す。
reason-help-provider-default = 値を明示するか、配備済みの状態の出力を与える。
reason-help-schema-older = 出力元のツールを新しい版にして出力し直す。
reason-help-unresolved-reference = 参照先を含む入力を、同じ実行で与える。
reason-help-coverage-partial = 欠けている部分(他のアカウント、リージョン、モジュール)を与える。
reason-help-coverage-none = この表を埋める入力を与える。どれかは「isoneph table show」で分かる。
reason-help-no-observation = 対象を確かめる。チェックに使えるデータがなかった。
reason-help-stale = 証拠を取り直す。
reason-help-no-subject = 何もしなくてよい。
reason-help-does-not-apply = 何もしなくてよい。

## 判定がそれより良くない理由と、次にできること

why-exclusion-refuted = 除外されているが、{ $subjects ->
    [0] 対象が計画されているか、他のツールが検出している
   *[other] 対象が{ $subjects }件存在する
}{ $failing ->
    [0] {""}
   *[other] 。それらの不合格が{ $failing }件ある
}
why-exclusion-without-reason = 理由なしに除外されている
why-failing-outcomes = 不合格が{ $n }件ある
why-exceptions-only = 不合格{ $n }件は承認済みの例外に当たる
why-no-evidence = 証拠がない({ $kind })
why-contributing-only = 補助のチェックしか見ていない({ $n }件)
why-unknown-outcomes = 判定不能が{ $n }件ある
why-stale = { $n }件が古い証拠に基づく
why-intended-only = 計画にしか現れていない
why-class-too-weak = 区分が「{ $classes }」の証拠では「{ $kind }」を示せない
why-accounts-unseen = { $expected }アカウントのうち{ $seen }だけを確認した
why-scope-undeclared = 対象範囲のアカウントが宣言されていない
why-nothing-to-judge = 要求事項が当てはまるものが見つからなかった
why-requirements-unknown = この版がここで求める内容が分かっていない
why-help-exclusion-refuted = 除外を取り下げるか、それらの対象が範囲外であることを示す。
why-help-exclusion-without-reason = 適用宣言書に理由を書く。
why-help-failing-outcomes = 不合格を是正するか、例外の承認を得る。
why-help-exceptions-only = 例外はリスクの受容であって証拠ではない。裏付けるには是正する。
why-help-no-evidence-configuration = 環境のステート、目録又はイメージを与える。
why-help-no-evidence-operation = 期間を覆うログ又は記録を与える。
why-help-no-evidence-statement = 方針又は手順を、文書とともに台帳に登録する。
why-help-no-evidence-disclosure = 相手方に何をどこで伝えているかを台帳に登録する。
why-help-no-evidence-assurance = 第三者の証明書又は報告書を与える。
why-help-contributing-only = 必須のチェックが読む証拠を与える。
why-help-unknown-outcomes = 何が欠けているかは「判定できなかったもの」を見る。
why-help-stale = 証拠を取り直す。
why-help-intended-only = 計画を適用した後のステートを与える。
why-help-class-too-weak = 示すことのできる証拠を与える。設定には設定値、運用には記録、保証には第三者のもの。
why-help-accounts-unseen = 範囲内の残りのアカウントの目録を与える。
why-help-scope-undeclared = 範囲内のアカウントを isoneph.toml 又は台帳に宣言する。
why-help-nothing-to-judge = 本当に存在しないなら、その理由を付けて管理策を除外する。
why-help-requirements-unknown = その版の本文を読む。isonephは指針があることだけを知っている。

## 冒頭

edition = 版
services = サービス
accounts = アカウント
regions = リージョン
period = 期間
roles = 役割
roles-declared = 宣言による
roles-assumed = 仮定。誰がプロバイダで誰がカスタマか宣言されていないため、両方を示す
any = すべて
not-declared = 宣言なし
scope = 対象範囲
config = 設定ファイル
config-none = なし
parameters-set = 既定値と異なるパラメータ
parameter-changed = { $check }.{ $name }: { $default } に代えて { $value }
parameter-looser = 既定値より緩い
exceptions = 承認済みの例外
exception-line = { $subject }: 責任者 { $owner }、承認者 { $approver }、期限 { $until }: { $reason }
exception-short = { $until } まで受容
exception-none = 例外はない。

## 要約

standings = 判定
no-standings = 判定の対象となる区画がなかった。
service-named = サービス { $name }
service-undeclared = サービスの宣言なし
control = 管理策
role = 役割
standing = 判定
counts-line = 不合格 { $fail }、判定不能 { $unknown }、合格 { $pass }、対象外 { $na }
counts-excepted = うち{ $n }件は承認済みの例外
failures = 承認済みの例外を除く不合格
no-failures = 不合格のチェックはない。
said = 言明
rests-on-said = 裏付けのある区画と、その根拠となる言明
said-more = … ほか{ $n }か所
worst-first = 反する証拠があるもの(矛盾と不利)
fails-of = { $total }件のうち{ $fail }件が不合格
excepted-of = うち受容 { $n }件
and-more = … ほか{ $n }件
more-of-session = 同じセッションでほか{ $n }件
findings-line = 他のスキャナの検出: 不合格 { $fail }、合格 { $pass }
population-line = 確認したアカウント: { $expected }のうち{ $seen }({ $basis })
population-open = 確認したアカウント: { $seen }。全数は宣言されていない
basis-declared = 宣言
basis-assumed = 仮定

## 節

failing-checks = 不合格のチェック
undecided = 判定できなかったもの
undecided-line = { $checks }チェックの{ $n }件
waits = 不完全な区画に足りないもの
waits-cells = { $cells }区画
not-understood = 解釈できなかったもの
unsupported-types = isonephの知らない種類のレコード。数えただけで判定していない
types-records = { $types }種類、{ $records }件
losses = 結果は不完全。与えられたものの一部を読み取れず、又は判定できなかった
inputs = 入力
input-label = 入力
input-line = { $format }、{ $class }、{ $records }件
folder-line = 読み取り対象外 { $files }件。{ $first }
input-unknown = 解釈できなかった
snapshots-skipped = 読み取ったが判定しなかったスナップショット
snapshot-skipped = { $path } のスナップショット { $id }: { $reason }
controls = 管理策
rule = 判定の規則
fix = 直し方
why-matters = 重要な理由
see-all = isoneph check show { $check }
n-severity = { $severity } { $n }
closing-fail = 承認済みの例外を除く不合格 { $n }件
closing-findings = 他のツールの検出 { $n }件が不合格であり、上の管理策に不利な証拠となる。--fail-on は isoneph 自身のチェックだけを見る。一覧: isoneph query "SELECT tool, severity, title, resource FROM finding WHERE verdict='fail'"
closing-more = 証拠を含む全体は --format html 又は --format json で得られる。
closing-loss = 不完全: 与えられたものの一部を読み取れず、又は判定できなかった(終了コード3)。

## HTML

skip = 本文へ移動
nav-label = 節
overview = 概要
control-sections = 管理策
other-checks = 表示中の管理策に属さないチェック
guidance = ISO/IEC 27017が求めること(独自の表現による)
requirements = 示すべき事項
checks = チェック
no-checks = この実行には、この管理策を見るチェックがない。求められる事項には、当事者の宣言、開示又は記録が答える。
check-under = 検出内容は { $control } に示す
subject = 対象
finding = 検出内容
evidence = 証拠
nothing-seen = 対象なし
observed = 観測
listed-cut = { $total }件のうち{ $listed }件をここに示す({ $outcome })。全件は isoneph assess --format json で得られる。
severity = 重大度
outcome = 結果
count = 件数
path = パス
format = 形式
class = 区分
records = 件数
table = 表
extent = 把握
reason = 理由
what-helps = 次にできること
coverage = 把握の程度
coverage-intro = 入力が各表をどこまで示しているか。行がないことに基づく答えは、これ以上に確かではない。
entries = 件数
glossary = 用語
filters = 絞り込み
filter-text = 文字列
filter-hint = 対象、チェック、管理策 …
filter-role = 役割
filter-all = すべて
filter-severity = 重大度の下限
filter-outcome = 結果
filter-control = 管理策
filter-service = サービス
filter-reset = 解除
filter-shown = { $total }件のうち{ $shown }件を表示
expand = すべて開く
collapse = すべて閉じる
confidence = この行の根拠
made-by = { $tool } { $version } により作成。道具は見つけ、人が結論を下す。ここに認証や適合を述べるものはない。
own-rendering = 日本語の標題は独自訳
to-top = 概要に戻る

## 不完全な区画に足りないもの(数なし)

waits-exclusion-refuted = 除外が覆されている
waits-exclusion-without-reason = 理由なしに除外されている
waits-failing-outcomes = 不合格がある
waits-exceptions-only = 承認済みの例外に当たる不合格
waits-no-evidence = 証拠がない
waits-contributing-only = 補助のチェックしか見ていない
waits-unknown-outcomes = 判定不能がある
waits-stale = 証拠が古い
waits-intended-only = 計画にしか現れていない
waits-class-too-weak = 証拠の区分では求められる事項を示せない
waits-accounts-unseen = 範囲内で確認していないアカウントがある
waits-scope-undeclared = 対象範囲のアカウントが宣言されていない
waits-nothing-to-judge = 要求事項が当てはまるものが見つからなかった
waits-requirements-unknown = この版がここで求める内容が分かっていない

## ディスクイメージのスキャン

scan-title = ディスクイメージの要塞化 (ISO/IEC 27017, CLD.9.5.2)
scan-coverage = { $total }件中{ $decided }件を判定 ({ $percent } %): 不合格 { $fail }、合格 { $pass }、対象外 { $na }。判定不能 { $unknown }
scan-undecided = 判定できなかったもの
scan-closing = 管理策の状態は、すべての証拠に基づき「isoneph assess」が示す。全結果と証拠は --format json 又は html。
## Audit logs

logs = 監査ログ
log-timeline = 重要な操作の日別一覧
log-timeline-intro = 実行された件数。✖：承認された変更のない操作、または実行者本人のみが承認した操作を含む。◐：判定できない操作を含む。
log-earlier = これより前の列：
log-sessions = 重要な操作を含むセッション
log-when = 日時（UTC）
log-who = 実行者
log-what = 操作
log-approved = 承認
log-approval = 実行 { $n } 件、未承認 { $none } 件、判定不能 { $open } 件
log-own-approver = 実行者本人のみの承認 { $n } 件
log-without-mfa = 多要素認証なし { $n } 件
log-break-glass = 緊急用IDによるもの { $n } 件
log-emergency = 緊急用ID
log-by-week = 1列は1週間（月曜日の日付で示す）。
log-by-month = 1列は1か月。
log-worst = その中で最も悪い日の状態を示す。
log-on-days = { $n } 日
log-record = 記録の完全性
log-stream = アカウントとリージョン
log-events = イベント { $n } 件
logday-missing = 欠落あり
logday-doubtful = 欠落の可能性あり
logday-weakened = 記録の停止または弱体化あり
logday-thin = イベントが少なく欠落を検知できない
logday-watched = 欠落があれば検知できた
logday-proven = ダイジェストにより完全と証明済み
opclass-virtual-server = 仮想サーバー
opclass-network = ネットワーク
opclass-storage = ストレージ
opclass-backup-restore = バックアップと復元
opclass-service-termination = サービスの終了
opclass-logging-monitoring = ログと監視
opclass-identity-keys = ID と鍵
