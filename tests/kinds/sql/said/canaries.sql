-- SPDX-License-Identifier: Apache-2.0
-- Canaries: code that leaves a trace wherever it runs. A row in said.log and a step of said.seq show in the database; the NOTICE shows
-- where a transaction is read only, or where an exception took the row back.
CREATE SCHEMA said;
CREATE TABLE said.log (what text);
CREATE SEQUENCE said.seq;
CREATE FUNCTION said.saw(what text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN
    RAISE NOTICE 'canary %', what;
    INSERT INTO said.log VALUES (what);
    RETURN true;
END $$;
CREATE FUNCTION said.canary(anyelement) RETURNS anyelement LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('value'); RETURN $1; END $$;
-- Says of itself that it changes nothing, as an index or a generated column wants it.
CREATE FUNCTION said.liar(anyelement) RETURNS anyelement LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM said.saw('liar'); RETURN $1; END $$;
CREATE FUNCTION said.stable() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN PERFORM said.saw('stable'); RETURN 1; END $$;
CREATE FUNCTION said.yes() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN said.saw('yes'); END $$;
CREATE FUNCTION said.one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('one'); RETURN 1; END $$;
CREATE FUNCTION said.word() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('word'); RETURN 'x'; END $$;
CREATE FUNCTION said.day() RETURNS date LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('day'); RETURN '2026-01-05'; END $$;
CREATE FUNCTION said.many() RETURNS SETOF int LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('many'); RETURN NEXT 1; END $$;
CREATE FUNCTION said.pairs() RETURNS TABLE (id int, name text) LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('pairs'); RETURN QUERY SELECT 1, 'x'; END $$;
CREATE FUNCTION said.inlined(anyelement) RETURNS anyelement LANGUAGE sql AS $$ SELECT said.canary($1) $$;
CREATE FUNCTION said.step(int, anyelement) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('step'); RETURN $1 + 1; END $$;
CREATE AGGREGATE said.tally(anyelement) (SFUNC = said.step, STYPE = int, INITCOND = '0');
CREATE PROCEDURE said.act() LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('act'); END $$;
CREATE FUNCTION said.fires() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('trigger'); RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$;
CREATE FUNCTION said.event() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('event'); END $$;
CREATE DOMAIN said.number AS int CHECK (said.liar(VALUE) IS NOT NULL);
CREATE DOMAIN said.words AS text CHECK (said.liar(VALUE) IS NOT NULL);
CREATE DOMAIN said.short AS varchar(80) CHECK (said.liar(VALUE) IS NOT NULL);
CREATE TYPE said.pair AS (a int, b said.number);
CREATE FUNCTION said.to_pair(int) RETURNS said.pair LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('cast'); RETURN ROW($1, $1)::said.pair; END $$;
CREATE CAST (int AS said.pair) WITH FUNCTION said.to_pair(int);
CREATE COLLATION said.order_of (LOCALE = 'C');
CREATE VIEW said.window AS SELECT said.one() AS id, said.word() AS name;
CREATE TABLE said.trap (id int DEFAULT said.one(), name text);
CREATE TRIGGER fires BEFORE INSERT OR UPDATE OR DELETE ON said.trap FOR EACH STATEMENT EXECUTE FUNCTION said.fires();
-- Every table once more, under its own name: to read, as a view over a canary, and to write, as a table with a trigger.
CREATE SCHEMA trapped;
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT c.relname, string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum) AS columns
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 GROUP BY 1 LOOP
        EXECUTE format('CREATE FUNCTION said.rows_of_%s() RETURNS TABLE (%s) LANGUAGE plpgsql AS $f$ #variable_conflict use_column
            BEGIN PERFORM said.saw(''view''); RETURN QUERY EXECUTE ''SELECT * FROM public.%I''; END $f$', one.relname, one.columns, one.relname);
        EXECUTE format('CREATE VIEW said.%I AS SELECT * FROM said.rows_of_%s()', one.relname, one.relname);
        EXECUTE format('CREATE TABLE trapped.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING INDEXES)', one.relname, one.relname);
        EXECUTE format('INSERT INTO trapped.%I SELECT * FROM public.%I', one.relname, one.relname);
        EXECUTE format('CREATE TRIGGER fires BEFORE INSERT OR UPDATE OR DELETE ON trapped.%I FOR EACH STATEMENT EXECUTE FUNCTION said.fires()', one.relname);
    END LOOP;
END $$;
-- Homonyms of everything that the statements call, for names that are planted.
CREATE FUNCTION said.says(anyelement, anyelement) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN said.saw('operator'); END $$;
CREATE FUNCTION said.first(anyelement, anyelement) RETURNS anyelement LANGUAGE plpgsql AS $$ BEGIN PERFORM said.saw('operator'); RETURN $1; END $$;
CREATE OPERATOR said.@#@ (RIGHTARG = anyelement, FUNCTION = said.canary);
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY '{=,<>,<,<=,>,>=,~~,!~~,~~*,~,!~,~*,@>,<@,&&,?,@@}'::text[] LOOP
        EXECUTE format('CREATE OPERATOR said.%s (LEFTARG = anyelement, RIGHTARG = anyelement, FUNCTION = said.says)', name);
    END LOOP;
    FOREACH name IN ARRAY '{+,-,*,/,%,||,->,->>,#>,#>>,&,|,#,^,<<,>>}'::text[] LOOP
        EXECUTE format('CREATE OPERATOR said.%s (LEFTARG = anyelement, RIGHTARG = anyelement, FUNCTION = said.first)', name);
    END LOOP;
    FOREACH name IN ARRAY '{lower,upper,trim,btrim,ltrim,rtrim,initcap,abs,round,floor,ceil,length,sum,min,max,avg,count,now,date_trunc,substring,left,right,replace,concat,array_length,generate_series,row_number,rank,lag,lead,random,md5,to_char,unnest,jsonb_array_length,extract,date_part,position,overlay,timezone,nextval,age,mod,power,sqrt,sign,char_length,bool_and,bool_or,string_agg,array_agg}'::text[] LOOP
        EXECUTE format('CREATE FUNCTION said.%I(anyelement) RETURNS anyelement LANGUAGE plpgsql AS $f$ BEGIN PERFORM said.saw(''function''); RETURN $1; END $f$', name);
        EXECUTE format('CREATE FUNCTION said.%I(anyelement, anyelement) RETURNS anyelement LANGUAGE plpgsql AS $f$ BEGIN PERFORM said.saw(''function''); RETURN $1; END $f$', name);
        EXECUTE format('CREATE FUNCTION said.%I(text, anyelement) RETURNS anyelement LANGUAGE plpgsql AS $f$ BEGIN PERFORM said.saw(''function''); RETURN $2; END $f$', name);
        EXECUTE format('CREATE FUNCTION said.%I() RETURNS timestamptz LANGUAGE plpgsql AS $f$ BEGIN PERFORM said.saw(''function''); RETURN ''2026-01-01''; END $f$', name);
    END LOOP;
    FOREACH name IN ARRAY '{int4,int8,int2,text,varchar,numeric,date,bool,bpchar,timestamptz,timestamp,float8,jsonb,uuid}'::text[] LOOP
        EXECUTE format('CREATE DOMAIN said.%I AS pg_catalog.%I CHECK (said.liar(VALUE) IS NOT NULL)', name, name);
    END LOOP;
END $$;
-- What the whole database holds, one row for each table and sequence: which rows, and the server's own tables as well.
CREATE FUNCTION said.fingerprint() RETURNS TABLE (relation text, catalog boolean, content text) LANGUAGE plpgsql AS $$ DECLARE one record; BEGIN
    FOR one IN SELECT c.oid::regclass::text AS name, c.relkind, n.nspname = 'pg_catalog' AS own FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE (c.relkind IN ('r', 'p', 'm', 'S') AND NOT c.relispartition AND n.nspname NOT IN ('information_schema', 'pg_toast') AND NOT c.relname = ANY ('{pg_statistic,pg_statistic_ext_data}')
            AND n.nspname NOT LIKE 'pg\_temp%') LOOP
        relation := one.name;
        catalog := one.own;
        -- Space that is in use, and how far a table has been frozen, moves by itself.
        EXECUTE CASE WHEN one.relkind = 'S' THEN format('SELECT last_value || is_called::text FROM %s', one.name)
            WHEN one.name = 'pg_class' THEN 'SELECT count(*) || '' '' || sum(hashtextextended(concat(oid, relname, relowner, relkind, relacl, relhastriggers, relrowsecurity, reloptions, relhasindex, relchecks, reltype, relfilenode), 0)) FROM pg_class'
            WHEN one.name = 'pg_database' THEN 'SELECT count(*) || '' '' || sum(hashtextextended(concat(oid, datname, datdba, datacl, datconnlimit), 0)) FROM pg_database'
            ELSE format('SELECT count(*) || '' '' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM %s %s t', CASE one.relkind WHEN 'p' THEN '' ELSE 'ONLY' END, one.name) END INTO content;
        RETURN NEXT;
    END LOOP;
END $$;
CREATE ROLE said_user LOGIN;
GRANT ALL ON ALL TABLES IN SCHEMA public, said, trapped TO said_user;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public, said, trapped TO said_user;
GRANT USAGE ON SCHEMA said, trapped TO said_user;
GRANT pg_read_all_stats, pg_read_all_settings TO said_user;
