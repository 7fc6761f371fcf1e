-- SPDX-License-Identifier: Apache-2.0
-- Objects that take a built-in's name on the performing login's path. Each runs alone; {op} and {fn} stand for every operator and function.
-- shadow: operator over varchar
CREATE FUNCTION evil.f(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE OPERATOR evil.{op} (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = evil.f);
-- shadow: operator over varchar and a domain
CREATE DOMAIN evil.dom AS text;
CREATE FUNCTION evil.f(varchar, evil.dom) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE OPERATOR evil.{op} (LEFTARG = varchar, RIGHTARG = evil.dom, FUNCTION = evil.f);
-- shadow: operator over a domain and varchar
CREATE DOMAIN evil.dom AS varchar;
CREATE FUNCTION evil.f(evil.dom, varchar) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE OPERATOR evil.{op} (LEFTARG = evil.dom, RIGHTARG = varchar, FUNCTION = evil.f);
-- shadow: operator over int and a domain
CREATE DOMAIN evil.dom AS int;
CREATE FUNCTION evil.f(int, evil.dom) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE OPERATOR evil.{op} (LEFTARG = int, RIGHTARG = evil.dom, FUNCTION = evil.f);
-- shadow: operator over numeric and int
CREATE FUNCTION evil.f(numeric, int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE OPERATOR evil.{op} (LEFTARG = numeric, RIGHTARG = int, FUNCTION = evil.f);
-- shadow: operator over date and text
CREATE FUNCTION evil.f(date, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE OPERATOR evil.{op} (LEFTARG = date, RIGHTARG = text, FUNCTION = evil.f);
-- shadow: operator over smallint
CREATE DOMAIN evil.dom AS text;
CREATE FUNCTION evil.f(int2, evil.dom) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE OPERATOR evil.{op} (LEFTARG = int2, RIGHTARG = evil.dom, FUNCTION = evil.f);
-- shadow: operator over an enum
CREATE DOMAIN evil.dom AS text;
CREATE FUNCTION evil.f(public.mood, evil.dom) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE OPERATOR evil.{op} (LEFTARG = public.mood, RIGHTARG = evil.dom, FUNCTION = evil.f);
-- shadow: operator over anything
CREATE FUNCTION evil.f(anyelement, anyelement) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE OPERATOR evil.{op} (LEFTARG = anyelement, RIGHTARG = anyelement, FUNCTION = evil.f);
-- shadow: operator that gives text
CREATE FUNCTION evil.f(varchar, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN ''x''; END';
CREATE OPERATOR evil.{op} (LEFTARG = varchar, RIGHTARG = text, FUNCTION = evil.f);
-- shadow: function of varchar
CREATE FUNCTION evil.{fn}(varchar) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN ''x''; END';
-- shadow: function of int
CREATE FUNCTION evil.{fn}(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN 1; END';
-- shadow: function of a domain
CREATE DOMAIN evil.dom AS varchar;
CREATE FUNCTION evil.{fn}(evil.dom) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN ''x''; END';
-- shadow: function with a default
CREATE FUNCTION evil.{fn}(varchar, int DEFAULT 1) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN ''x''; END';
-- shadow: function with variadic
CREATE FUNCTION evil.{fn}(VARIADIC varchar[]) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN ''x''; END';
-- shadow: function of varchar and unknown
CREATE FUNCTION evil.{fn}(varchar, varchar, varchar) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN ''x''; END';
-- shadow: aggregate
CREATE FUNCTION evil.f(int, int) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN 1; END';
CREATE AGGREGATE evil.{fn}(int) (SFUNC = evil.f, STYPE = int, INITCOND = '0');
-- shadow: function of a row
CREATE FUNCTION evil.{fn}(public.plain) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN 1; END';
-- shadow: cast from varchar
CREATE DOMAIN evil.dom AS int;
CREATE FUNCTION evil.f(varchar) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN 1; END';
CREATE CAST (varchar AS int) WITH FUNCTION evil.f(varchar) AS IMPLICIT;
-- shadow: cast from int to boolean
CREATE FUNCTION evil.f(numeric) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE CAST (numeric AS boolean) WITH FUNCTION evil.f(numeric) AS IMPLICIT;
-- shadow: view of a table's name
CREATE VIEW evil.plain AS SELECT said.one() AS id, 1 AS n, said.word() AS s, ''::varchar AS v, current_date AS d, true AS b;
CREATE VIEW evil.orders AS SELECT said.one() AS id, 1 AS customer_id, ''::varchar AS state, 1::numeric AS total, current_date AS placed, said.word() AS note;
-- shadow: table of a table's name
CREATE TABLE evil.plain (LIKE public.plain INCLUDING ALL);
INSERT INTO evil.plain SELECT * FROM public.plain;
CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON evil.plain FOR EACH ROW EXECUTE FUNCTION said.fires();
-- shadow: type of a type's name before pg_catalog
CREATE DOMAIN evil.text AS pg_catalog.text CHECK (said.liar(VALUE) IS NOT NULL);
CREATE DOMAIN evil.date AS pg_catalog.date CHECK (said.liar(VALUE) IS NOT NULL);
ALTER DATABASE {db} SET search_path = evil, pg_catalog, public;
-- shadow: operators before pg_catalog
CREATE FUNCTION evil.f(int, int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''shadow''); RETURN true; END';
CREATE OPERATOR evil.{op} (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.f);
ALTER DATABASE {db} SET search_path = evil, pg_catalog, public;
