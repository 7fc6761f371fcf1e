-- SPDX-License-Identifier: Apache-2.0
-- Expressions with a canary in them; $1 stands for what was there. One a line.
said.canary($1)
said.inlined($1)
said.liar($1)
CASE WHEN said.yes() THEN $1 ELSE $1 END
CASE $1 WHEN said.canary($1) THEN $1 ELSE $1 END
CASE WHEN $1 THEN said.yes() ELSE $1 END
said.yes()
said.one()
said.stable()
said.word()
said.day()
said.many()
OPERATOR(said.@#@) $1
$1 OPERATOR(said.=) $1
$1 OPERATOR(said.+) $1
CAST($1 AS said.number)
CAST($1 AS said.words)
CAST($1 AS said.short)
CAST(1 AS said.pair)
CAST(CAST(1 AS said.number) AS int)
CAST(ARRAY[1] AS said.number[])
'x'::said.words
said.yes() AND $1
$1 OR NOT said.yes()
(SELECT $1 WHERE said.yes())
(SELECT said.canary($1))
(SELECT $1 FROM said.window LIMIT 1)
(SELECT $1 FROM said.pairs() LIMIT 1)
(SELECT $1 ORDER BY said.one())
(SELECT DISTINCT ON (said.one()) $1)
(SELECT $1 LIMIT said.one())
(SELECT $1 OFFSET said.one() - 1)
(SELECT $1 GROUP BY said.one())
(SELECT $1 HAVING said.yes())
(WITH w AS (SELECT said.one()) SELECT $1 FROM w)
(SELECT $1 FROM (VALUES (said.one())) AS v)
(SELECT $1 UNION SELECT said.canary($1) LIMIT 1)
EXISTS (SELECT said.one())
EXISTS (SELECT 1 WHERE said.yes())
$1 IN (SELECT said.canary($1))
$1 = ANY (SELECT said.canary($1))
$1 IN (said.canary($1))
$1 NOT IN (said.canary($1))
$1 = ANY (ARRAY[said.canary($1)])
$1 BETWEEN said.canary($1) AND $1
$1 BETWEEN SYMMETRIC $1 AND said.canary($1)
$1 IS DISTINCT FROM said.canary($1)
NULLIF($1, said.canary($1))
COALESCE(NULL, said.canary($1))
GREATEST($1, said.canary($1))
said.canary($1) IS NULL
(said.canary($1)) IS TRUE
ROW($1, said.one()) = ROW($1, 1)
(ARRAY[$1, $1])[said.one()]
(ARRAY[$1, $1])[1:said.one()]
(said.to_pair(1)).a
(said.to_pair(said.one())).b
$1 COLLATE said.order_of
$1 LIKE said.word()
$1 LIKE 'x' ESCAPE said.word()
$1 SIMILAR TO said.word()
$1 AT TIME ZONE said.word()
said.tally($1)
count(*) FILTER (WHERE said.yes())
count(said.canary($1))
sum(said.one()) OVER ()
sum(1) OVER (PARTITION BY said.one())
sum(1) OVER (ORDER BY said.one())
sum(1) OVER (ROWS BETWEEN said.one() PRECEDING AND CURRENT ROW)
array_agg(1 ORDER BY said.one())
percentile_cont(0.5) WITHIN GROUP (ORDER BY said.one())
lower(said.word())
concat(VARIADIC ARRAY[said.word()])
make_interval(days => said.one())
extract(day FROM said.day())
substring(said.word() FROM 1)
XMLELEMENT(NAME a, said.word())
XMLFOREST(said.word() AS a)
set_config('said.canary', 'on', false)
set_config('search_path', 'said', false)
nextval('said.seq')
nextval('said.seq')::int
setval('said.seq', 7)
lo_create(0)
lo_from_bytea(0, '\x00')
pg_notify('said', 'canary')
(SELECT 1 FROM pg_notify('said', 'canary'))
query_to_xml('SELECT said.one()', true, true, '')
table_to_xml('said.window', true, true, '')
