-- SPDX-License-Identifier: Apache-2.0
-- Canaries in the schema instead of the statement: each world is schema.sql and one of these. Every statement of own.sql runs in each.
-- world: row trigger
CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON customers FOR EACH ROW EXECUTE FUNCTION said.fires();
-- world: statement trigger
CREATE TRIGGER t AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON plain FOR EACH STATEMENT EXECUTE FUNCTION said.fires();
-- world: trigger where a cascade arrives
CREATE TRIGGER t AFTER DELETE OR UPDATE ON lines FOR EACH ROW EXECUTE FUNCTION said.fires();
CREATE TRIGGER t AFTER UPDATE ON reviews FOR EACH ROW EXECUTE FUNCTION said.fires();
-- world: statement trigger where a cascade arrives
CREATE TRIGGER t AFTER DELETE OR UPDATE ON orders FOR EACH STATEMENT EXECUTE FUNCTION said.fires();
-- world: trigger on a partition
CREATE TRIGGER t AFTER INSERT OR UPDATE OR DELETE ON events_new FOR EACH ROW EXECUTE FUNCTION said.fires();
-- world: trigger on an inheriting table
CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON cities FOR EACH ROW EXECUTE FUNCTION said.fires();
-- world: trigger on a column
CREATE TRIGGER t AFTER UPDATE OF n ON plain FOR EACH ROW EXECUTE FUNCTION said.fires();
CREATE TRIGGER t AFTER UPDATE OF state ON orders FOR EACH ROW EXECUTE FUNCTION said.fires();
-- world: trigger on a generated column
CREATE TRIGGER t AFTER UPDATE OF b ON sums FOR EACH ROW EXECUTE FUNCTION said.fires();
-- world: trigger on a foreign key column
CREATE TRIGGER t AFTER UPDATE OF order_id ON reviews FOR EACH ROW EXECUTE FUNCTION said.fires();
CREATE TRIGGER t AFTER UPDATE OF customer_id ON orders FOR EACH ROW EXECUTE FUNCTION said.fires();
-- world: deferred trigger
CREATE CONSTRAINT TRIGGER t AFTER INSERT OR UPDATE OR DELETE ON plain DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION said.fires();
-- world: condition of a trigger
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN CASE WHEN TG_OP = ''DELETE'' THEN OLD ELSE NEW END; END';
CREATE TRIGGER t BEFORE UPDATE ON plain FOR EACH ROW WHEN (said.canary(OLD.n) IS NOT NULL OR said.yes()) EXECUTE FUNCTION nothing();
-- world: trigger instead
CREATE TRIGGER t INSTEAD OF DELETE ON active_customers FOR EACH ROW EXECUTE FUNCTION said.fires();
-- world: trigger of a view's table
CREATE TRIGGER t BEFORE DELETE ON customers FOR EACH STATEMENT EXECUTE FUNCTION said.fires();
-- world: trigger that is always enabled
CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON plain FOR EACH ROW EXECUTE FUNCTION said.fires();
ALTER TABLE plain ENABLE ALWAYS TRIGGER t;
-- world: also rule
CREATE RULE r AS ON DELETE TO plain DO ALSO SELECT said.one();
CREATE RULE s AS ON UPDATE TO plain DO ALSO SELECT said.one();
CREATE RULE t AS ON INSERT TO plain DO ALSO SELECT said.one();
-- world: instead rule
CREATE RULE r AS ON DELETE TO customers DO INSTEAD SELECT said.one();
-- world: rule on select
ALTER TABLE kept RENAME TO kept_rows;
CREATE VIEW kept AS SELECT id, customer_id, said.one() FROM kept_rows;
-- world: rule where a cascade arrives
CREATE RULE r AS ON DELETE TO orders DO ALSO SELECT said.one();
CREATE RULE r AS ON DELETE TO lines DO ALSO SELECT said.one();
-- world: rule on an inheriting table's parent
CREATE RULE r AS ON UPDATE TO places DO ALSO SELECT said.one();
-- world: check
ALTER TABLE plain ADD CHECK (said.liar(id) IS NOT NULL OR id IS NULL);
ALTER TABLE customers ADD CHECK (said.yes());
-- world: check where a cascade arrives
ALTER TABLE orders ADD CHECK (said.yes());
ALTER TABLE reviews ADD CHECK (said.yes());
-- world: check on a partition
ALTER TABLE events_new ADD CHECK (said.yes());
-- world: check on an inheriting table
ALTER TABLE cities ADD CHECK (said.yes());
-- world: check not valid
ALTER TABLE plain ADD CHECK (said.yes()) NOT VALID;
-- world: check over an operator
ALTER TABLE plain ADD CHECK (id OPERATOR(said.=) id);
-- world: check over a cast
ALTER TABLE plain ADD CHECK (CAST(id AS said.pair) IS NOT NULL);
-- world: domain
ALTER TABLE plain ALTER COLUMN n TYPE said.number;
ALTER TABLE lines ALTER COLUMN qty TYPE said.number;
-- world: domain where a cascade arrives
DROP MATERIALIZED VIEW totals;
ALTER TABLE reviews ALTER COLUMN order_id TYPE said.number;
ALTER TABLE orders ALTER COLUMN customer_id TYPE said.number;
-- world: domain within a row type
CREATE TYPE held AS (a said.number);
ALTER TABLE moody ALTER COLUMN p TYPE held USING NULL;
ALTER TABLE moody ALTER COLUMN p SET DEFAULT ROW(1)::held;
-- world: domain over a domain
CREATE DOMAIN outer_number AS said.number;
ALTER TABLE plain ALTER COLUMN n TYPE outer_number;
-- world: domain array
ALTER TABLE plain ALTER COLUMN n TYPE said.number[] USING ARRAY[n];
ALTER TABLE plain ALTER COLUMN n SET DEFAULT ARRAY[3];
-- world: default
ALTER TABLE plain ALTER COLUMN n SET DEFAULT said.one();
ALTER TABLE customers ALTER COLUMN code SET DEFAULT said.word();
ALTER TABLE events ALTER COLUMN kind SET DEFAULT said.word();
-- world: default of a domain
CREATE DOMAIN given AS int DEFAULT said.one();
ALTER TABLE plain ALTER COLUMN n TYPE given;
-- world: default where a cascade arrives
ALTER TABLE reviews DROP CONSTRAINT reviews_order_id_fkey;
ALTER TABLE reviews ALTER COLUMN order_id SET DEFAULT said.one() + 4;
ALTER TABLE reviews ADD FOREIGN KEY (order_id) REFERENCES orders ON DELETE SET DEFAULT;
-- world: default over nextval
ALTER TABLE plain ALTER COLUMN n SET DEFAULT nextval('said.seq');
-- world: generated column
ALTER TABLE plain ADD COLUMN g int GENERATED ALWAYS AS (said.liar(id)) STORED;
ALTER TABLE customers ADD COLUMN g text GENERATED ALWAYS AS (said.liar(name)) STORED;
-- world: generated column where a cascade arrives
ALTER TABLE reviews ADD COLUMN g int GENERATED ALWAYS AS (said.liar(id)) STORED;
ALTER TABLE orders ADD COLUMN g int GENERATED ALWAYS AS (said.liar(customer_id)) STORED;
-- world: index expression
CREATE INDEX i ON plain (said.liar(id));
CREATE INDEX i2 ON customers (said.liar(name));
-- world: index predicate
CREATE INDEX i ON plain (id) WHERE said.liar(b);
CREATE INDEX i2 ON events_new (id) WHERE said.liar(id) > 0;
-- world: index where a cascade arrives
CREATE INDEX i ON reviews (said.liar(order_id));
CREATE INDEX i2 ON orders (said.liar(customer_id));
-- world: index over an operator
CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM said.saw(''plus''); RETURN $1; END';
CREATE OPERATOR said.@+ (LEFTARG = int, RIGHTARG = int, FUNCTION = plus);
CREATE INDEX i ON plain ((id OPERATOR(said.@+) 1));
-- world: operator class
CREATE FUNCTION said.compares(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM said.saw(''class''); RETURN pg_catalog.btint4cmp($1, $2); END';
CREATE OPERATOR CLASS said.ints FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 said.compares(int, int);
CREATE INDEX i ON plain (id said.ints);
CREATE UNIQUE INDEX i2 ON orders (id said.ints);
-- world: exclusion
ALTER TABLE plain ADD EXCLUDE USING btree (id WITH =) WHERE (said.liar(id) > 100);
-- world: statistics
CREATE STATISTICS st ON said.liar(id), said.liar(n) FROM plain;
-- world: partition key
CREATE TABLE parted (id int, v int) PARTITION BY RANGE (said.liar(id));
CREATE TABLE parted_one PARTITION OF parted FOR VALUES FROM (0) TO (1000);
ALTER TABLE plain RENAME TO plain_rows;
ALTER TABLE parted RENAME TO plain;
ALTER TABLE plain RENAME v TO n;
ALTER TABLE plain ADD COLUMN s text, ADD COLUMN v varchar(20), ADD COLUMN d date, ADD COLUMN b boolean;
INSERT INTO plain SELECT * FROM plain_rows;
-- world: policy, as said_user
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON plain USING (said.yes()) WITH CHECK (said.yes());
-- world: policy where a sub-select reads, as said_user
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON orders USING (said.yes());
-- world: foreign key over an operator
CREATE FUNCTION said.same(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM said.saw(''key''); RETURN $1 = $2; END';
CREATE FUNCTION said.orders(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM said.saw(''key''); RETURN pg_catalog.btint4cmp($1, $2); END';
CREATE DOMAIN keyed AS int;
CREATE OPERATOR said.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = said.same, COMMUTATOR = OPERATOR(said.===), MERGES);
CREATE OPERATOR CLASS said.keys FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 said.===, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 said.orders(int, int);
CREATE TABLE held (id int NOT NULL);
CREATE UNIQUE INDEX held_key ON held (id said.keys);
INSERT INTO held SELECT id FROM customers;
ALTER TABLE kept ADD CONSTRAINT keyed FOREIGN KEY (customer_id) REFERENCES held (id);
ALTER TABLE orders ADD CONSTRAINT keyed FOREIGN KEY (customer_id) REFERENCES held (id);
-- world: event trigger
CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION said.event();
-- world: event trigger on drops
CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION said.event();
-- world: event trigger on rewrites
CREATE EVENT TRIGGER e ON table_rewrite EXECUTE FUNCTION said.event();
-- world: view over a function
CREATE OR REPLACE VIEW active_customers AS SELECT id, name, email FROM customers WHERE active AND said.yes();
-- world: materialized view
DROP MATERIALIZED VIEW totals;
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, said.one() AS total FROM orders;
-- world: implicit cast
CREATE FUNCTION said.to_int(text) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''cast''); RETURN 1; END';
CREATE CAST (text AS int) WITH FUNCTION said.to_int(text) AS IMPLICIT;
-- world: assignment cast
CREATE FUNCTION said.to_date(int) RETURNS date LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''cast''); RETURN ''2026-01-01''; END';
CREATE CAST (int AS date) WITH FUNCTION said.to_date(int) AS ASSIGNMENT;
-- world: casts to text
CREATE FUNCTION said.to_words(mood) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''cast''); RETURN ''x''; END';
CREATE CAST (mood AS text) WITH FUNCTION said.to_words(mood) AS IMPLICIT;
-- world: column that is a function
CREATE FUNCTION z(plain) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM said.saw(''attribute''); RETURN 1; END';
-- world: inlined function
CREATE FUNCTION said.inlines(int) RETURNS int LANGUAGE sql AS 'SELECT said.canary($1)';
ALTER TABLE plain ALTER COLUMN n SET DEFAULT said.inlines(1);
CREATE INDEX i ON plain ((id + 0));
-- world: default over a setting
ALTER TABLE plain ALTER COLUMN s SET DEFAULT set_config('said.canary', 'on', false);
-- world: default of a domain over a setting
CREATE DOMAIN given AS text DEFAULT set_config('said.canary', 'on', false);
ALTER TABLE plain ALTER COLUMN s TYPE given;
-- world: default over a large object
ALTER TABLE plain ALTER COLUMN n SET DEFAULT lo_create(0)::int8::int;
-- world: default over a sequence that only a text names
ALTER TABLE plain ALTER COLUMN n SET DEFAULT nextval(('said.' || 'seq')::regclass);
-- world: default of a domain over a sequence
CREATE DOMAIN numbered AS int DEFAULT nextval('said.seq');
ALTER TABLE plain ALTER COLUMN n TYPE numbered;
-- world: check over a setting
ALTER TABLE plain ADD CHECK (set_config('said.canary', 'on', false) IS NOT NULL);
-- world: check over a sequence
ALTER TABLE customers ADD CHECK (nextval('said.seq') > 0);
-- world: check over a query
ALTER TABLE plain ADD CHECK (query_to_xml('SELECT said.one()', true, true, '') IS NOT NULL);
-- world: check over a table
ALTER TABLE plain ADD CHECK (table_to_xml('said.window', true, true, '') IS NOT NULL);
-- world: check of a domain over a setting
CREATE DOMAIN checked AS int CHECK (set_config('said.canary', 'on', false) IS NOT NULL);
ALTER TABLE plain ALTER COLUMN n TYPE checked;
-- world: policy over a setting, as said_user
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON plain USING (set_config('said.canary', 'on', false) IS NOT NULL);
-- world: constant in an index
CREATE INDEX ON plain ((said.liar(1)));
-- world: constant in a predicate
CREATE INDEX ON plain (n) WHERE said.liar(1) = 1;
-- world: constant in statistics
CREATE STATISTICS constants ON (said.liar(1) + n) FROM plain;
-- world: constant in a check
ALTER TABLE cities ADD CHECK (said.liar(1) = 1);
