// node-opc-da as an OPC DA client: NODE_OPTIONS=--openssl-legacy-provider node node_opc_da_client.js MODULES
//
// MODULES is the node_modules folder in which node-opc-da is installed. Each line on standard input is an
// order, a JSON object; each gives one line on standard output, a JSON object again. Credentials come this
// way and never as arguments. node-opc-da always dials port 135.
//
//   connect   address, clsid, user, password, domain, timeout (seconds): activates, asks for IOPCServer
//   status    GetStatus
//   browse    kind "flat" or "tree"
//   add       group (name), items, rate (milliseconds): AddGroup once, AddItems
//   read      group, source "cache" or "device": SyncIO::Read of all its items
//   write     group, item, type (a VARTYPE's name in node-dcom's Types), value: SyncIO::Write
//   cycle     group, times, pause (milliseconds): reads again and again, as the Node-RED node does
//   groups    the names, by CreateGroupEnumerator
//   close     everything
//
// Every answer has "error": null, or the words that the library gave.
//
// Version 1.0.6 leaves out callbacks (its attach says "Not yet supported"), and its own OPCSyncIO.write names
// the opnum of Read: so "write" builds the call with node-dcom, which packs it.

"use strict";

const path = require("path");
const readline = require("readline");

const MODULES = path.resolve(process.argv[2] || "node_modules");
const load = (name) => require(path.join(MODULES, name));

// What libraries print must not stand between the answers.
console.log = console.error;

const opcda = load("node-opc-da");
const { ComArray, ComServer, ComString, ComValue, CallBuilder, Clsid, Flags, Pointer, Session, Types } =
    load("node-dcom");
const { Variant } = load("node-dcom").Variant; // the library exports the module, not the class

const LOCALE = 1033;
const WRITE = 1; // IOPCSyncIO::Write, counted from the first method behind IUnknown

class Client {
    constructor() {
        this.session = null;
        this.server = null;
        this.groups = new Map();
    }

    async connect(order) {
        let session = new Session();
        session = session.createSession(order.domain || "", order.user, order.password);
        session.setGlobalSocketTimeout(Math.round(1000 * (order.timeout || 10)));
        const comServer = new ComServer(new Clsid(order.clsid), order.address, session);
        await comServer.init();
        this.session = session;
        this.comServer = comServer;
        const object = await comServer.createInstance();
        this.server = new opcda.OPCServer();
        await this.server.init(object);
        return {};
    }

    async status() {
        const status = await this.server.getStatus();
        return { state: status.serverState, vendor: status.vendorInfo, groups: status.groupCount };
    }

    async browse(order) {
        const browser = await this.server.getBrowser();
        if (order.kind === "flat") return { items: await browser.browseAllFlat() };
        return { tree: await browser.browseAllTree() };
    }

    async add(order) {
        let group = this.groups.get(order.group);
        if (!group) {
            const manager = await this.server.addGroup(order.group, {
                active: true,
                updateRate: order.rate || 100,
                clientHandle: this.groups.size + 1,
                timeBias: 0,
                deadband: 0,
                localeID: LOCALE,
            });
            group = { manager, items: [], handles: [] };
            this.groups.set(order.group, group);
        }
        const itemManager = await group.manager.getItemManager();
        const first = group.items.length;
        const added = await itemManager.add(
            order.items.map((itemID, index) => ({ itemID, clientHandle: first + index + 1 }))
        );
        const errors = [];
        for (const [code, result] of added) {
            errors.push(code >>> 0);
            if (code === 0) {
                group.items.push(result.itemID);
                group.handles.push(result.serverHandle);
            }
        }
        return { errors, types: added.map(([, result]) => result.cannonicalDataType) };
    }

    async read(order) {
        const group = this.groups.get(order.group);
        const io = await group.manager.getSyncIO();
        const sources = opcda.constants.opc.dataSource;
        const rows = await io.read(order.source === "device" ? sources.DEVICE : sources.CACHE, group.handles);
        return {
            rows: rows.map((row, index) => ({
                item: group.items[index],
                client: row.clientHandle,
                value: plain(row.value),
                quality: row.quality,
                error: row.errorCode >>> 0,
            })),
        };
    }

    async write(order) {
        const group = this.groups.get(order.group);
        const handle = group.handles[group.items.indexOf(order.item)];
        const io = await group.manager.getSyncIO();
        const call = new CallBuilder(true);
        call.setOpnum(WRITE);
        call.addInParamAsInt(1, Flags.FLAG_NULL);
        const handles = new ComArray(new ComValue([new ComValue(handle, Types.INTEGER)], Types.INTEGER), true);
        call.addInParamAsArray(handles, Flags.FLAG_NULL);
        const value =
            order.type === "COMSTRING"
                ? new ComValue(new ComString(order.value, Flags.FLAG_REPRESENTATION_STRING_BSTR), Types.COMSTRING)
                : new ComValue(order.value, Types[order.type]);
        const variants = new ComArray(new ComValue([new ComValue(new Variant(value), Types.VARIANT)], Types.VARIANT), true);
        call.addInParamAsArray(variants, Flags.FLAG_NULL);
        const errors = new ComArray(new ComValue(null, Types.INTEGER), null, 1, true);
        call.addOutParamAsObject(
            new ComValue(new Pointer(new ComValue(errors, Types.COMARRAY)), Types.POINTER),
            Flags.FLAG_NULL
        );
        const answer = await io._comObj.call(call);
        const codes = answer.getResults()[0].getValue().getReferent().getArrayInstance();
        return { hresult: answer.hresult >>> 0, errors: codes.map((code) => code.getValue() >>> 0) };
    }

    async cycle(order) {
        const seen = [];
        for (let turn = 0; turn < order.times; turn++) {
            const { rows } = await this.read({ group: order.group, source: order.source || "cache" });
            seen.push(rows.map((row) => row.value));
            await new Promise((resolve) => setTimeout(resolve, order.pause || 100));
        }
        return { seen };
    }

    async names() {
        return { names: await this.server.getGroups(opcda.constants.opc.scope.ALL) };
    }

    async close() {
        for (const group of this.groups.values()) await group.manager.end();
        this.groups.clear();
        if (this.server) await this.server.end();
        // The library holds ten references of each interface, and release() gives back five: this the rest.
        if (this.session) await this.session.destroySession(this.session);
        if (this.comServer) await this.comServer.closeStub();
        this.server = this.comServer = this.session = null;
        return {};
    }
}

function plain(value) {
    if (value === null || value === undefined) return null;
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value === "object") return typeof value.getString === "function" ? value.getString() : String(value);
    return value;
}

// The library rejects with errors, with numbers and with nothing at all.
function words(error) {
    if (error instanceof Error) return error.message || String(error);
    return error === undefined || error === null ? "rejected without a word" : String(error);
}

async function main() {
    const client = new Client();
    const actions = {
        connect: (order) => client.connect(order),
        status: () => client.status(),
        browse: (order) => client.browse(order),
        add: (order) => client.add(order),
        read: (order) => client.read(order),
        write: (order) => client.write(order),
        cycle: (order) => client.cycle(order),
        groups: () => client.names(),
        close: () => client.close(),
    };
    for await (const line of readline.createInterface({ input: process.stdin })) {
        let answer = { error: null };
        try {
            const order = JSON.parse(line);
            Object.assign(answer, await actions[order.do](order));
        } catch (error) {
            answer = { error: words(error) };
        }
        process.stdout.write(JSON.stringify(answer) + "\n");
    }
    process.exit(0);
}

main();
