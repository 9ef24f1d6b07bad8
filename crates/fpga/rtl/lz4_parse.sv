// LZ4 sequences to operations, of at most WIDTH literals each or of one match.
// d_*: descriptors of blocks. size_*: their bytes, for `byte_pack`. w_*: their words. o_*: operations, from a queue:
//   o_kind 0: a block begins; o_data: elements [13:0], raw [14], bad [15]
//   o_kind 1: o_count literals, o_data
//   o_kind 2: a match; o_data: offset [15:0], length [31:16] (longer ones than 32767 as something longer than a block)
//   o_kind 3: the block ends; o_data: its sequences do not end with its bytes [0]
// A cycle for a token with short literals, or for WIDTH literals; a cycle for an offset with a length up to 528, and for each 4 bytes more of a
// length.
module lz4_parse #(
    parameter int WIDTH = 16
) (
    input  logic                   clk,
    input  logic                   rst,
    input  logic                   d_valid,
    output logic                   d_ready,
    input  logic [15:0]            d_size,
    input  logic [13:0]            d_elems,
    input  logic                   d_raw,
    input  logic                   d_bad,
    input  logic                   w_valid,
    output logic                   w_ready,
    input  logic [8*WIDTH-1:0]     w_data,
    input  logic                   w_last,
    output logic                   o_valid,
    input  logic                   o_ready,
    output logic [1:0]             o_kind,
    output logic [$clog2(WIDTH):0] o_count,
    output logic [8*WIDTH-1:0]     o_data
);
    localparam int LOG = $clog2(WIDTH);
    localparam int DATA = 8 * WIDTH;

    localparam logic [2:0] IDLE = 0, TOKEN = 1, MORE_LITERALS = 2, LITERALS = 3, OFFSET = 4, MORE_MATCH = 5, FINISH = 6, FLUSH = 7;
    logic [2:0] state, next;

    logic start, gone, view_valid, room, active, fire;
    logic [DATA-1:0] view;
    logic [3:0] ff;
    logic [LOG:0] take;
    lz4_window #(.WIDTH(WIDTH)) window (
        .clk, .rst, .w_valid, .w_ready, .w_data, .w_last,
        .start, .drop(state == FLUSH), .gone, .view_valid, .view, .view_ff(ff),
        .use_token(fire && state == TOKEN && at_once), .token(high), .use_take(fire && !(state == TOKEN && at_once)), .take
    );

    // Bytes of the block that are left. `spent`: none is; `overrun`: more were taken than there were.
    logic [15:0] left;
    logic spent, overrun, failed, none;
    assign none = d_bad || d_size == 0;
    assign d_ready = state == IDLE && room;
    assign start = d_valid && d_ready && !none;
    assign active = state != IDLE && state != FINISH && state != FLUSH;
    assign fire = active && view_valid && room && !spent && !overrun;

    // A token, and the length bytes at the start of the view: as many as are 255, and one more.
    logic [3:0] high, low;
    logic [LOG-1:0] short_count;
    logic long_literals, at_once;
    logic [2:0] more;
    logic [10:0] more_sum;
    assign high = view[7:4];
    assign long_literals = high == 4'd15;
    // Literals that are within the view are taken with their token.
    assign at_once = (32'(high) < 32'(WIDTH)) && !long_literals;
    assign short_count = LOG'(high);
    always_comb begin
        case (ff[2:0])
            3'b111: {more, more_sum} = {3'd4, 11'd765 + 11'(view[31:24])};
            3'b011: {more, more_sum} = {3'd3, 11'd510 + 11'(view[23:16])};
            3'b001, 3'b101: {more, more_sum} = {3'd2, 11'd255 + 11'(view[15:8])};
            default: {more, more_sum} = {3'd1, 11'(view[7:0])};
        endcase
    end

    // Lengths, in which bit 15 stays once it is set: no block is that long.
    logic [15:0] length, sum, match_length;
    logic [15:0] offset;
    logic many;
    assign sum = {1'b0, length[14:0]} + 16'(more_sum);
    assign many = length >= 16'(WIDTH);
    always_comb begin
        if (low != 4'd15) match_length = 16'(low) + 16'd4;
        else if (!ff[2]) match_length = 16'd19 + 16'(view[23:16]);
        else match_length = 16'd274 + 16'(view[31:24]);
    end

    logic put;
    logic [LOG:0] used;
    assign used = state == TOKEN && at_once ? (LOG + 1)'(short_count) + 1'b1 : take;
    logic [1:0] kind;
    logic [LOG:0] count;
    logic [DATA-1:0] data;
    always_comb begin
        take = '0;
        next = state;
        put = fire;
        kind = 2'd1;
        count = many ? (LOG + 1)'(WIDTH) : length[LOG:0];
        data = view;
        case (state)
            IDLE: begin
                put = d_valid && room;
                kind = 2'd0;
                data = DATA'({d_bad, d_raw, d_elems});
                if (put) next = none ? FINISH : d_raw ? LITERALS : TOKEN;
            end
            TOKEN: begin
                put = fire && at_once && high != 0;
                count = (LOG + 1)'(short_count);
                data = view >> 8;
                take = long_literals ? 2 : 1;
                next = at_once ? OFFSET : long_literals && ff[1] ? MORE_LITERALS : LITERALS;
            end
            MORE_LITERALS: begin
                put = 1'b0;
                take = (LOG + 1)'(more);
                if (!(&ff)) next = LITERALS;
            end
            LITERALS: begin
                take = count;
                if (length <= 16'(WIDTH)) next = OFFSET;
            end
            OFFSET: begin
                put = fire && !(low == 4'd15 && ff[2] && ff[3]);
                kind = 2'd2;
                data = DATA'({match_length, view[15:0]});
                take = low != 4'd15 ? 2 : ff[2] ? 4 : 3;
                next = low == 4'd15 && ff[2] && ff[3] ? MORE_MATCH : TOKEN;
            end
            MORE_MATCH: begin
                put = fire && !(&ff);
                kind = 2'd2;
                data = DATA'({length[15] | sum[15], sum[14:0], offset});
                take = (LOG + 1)'(more);
                if (!(&ff)) next = TOKEN;
            end
            FINISH: begin
                put = room;
                kind = 2'd3;
                data = DATA'(failed);
                if (put) next = FLUSH;
            end
            default: if (gone) next = IDLE;
        endcase
        if (active && !fire) begin
            next = spent || overrun ? FINISH : state;
        end
    end

    always_ff @(posedge clk) begin
        state <= rst ? IDLE : next;
        if (state == IDLE) begin
            left <= d_size;
            spent <= 1'b0;
            overrun <= 1'b0;
            failed <= none;
            length <= d_size;
        end
        if (active && (spent || overrun)) failed <= overrun || state != OFFSET;
        if (fire) begin
            left <= left - 16'(used);
            spent <= left == 16'(used);
            overrun <= left < 16'(used);
            case (state)
                TOKEN: begin
                    low <= view[3:0];
                    length <= long_literals ? 16'd15 + 16'(view[15:8]) : 16'(high);
                end
                LITERALS: length <= length - 16'(count);
                OFFSET: begin
                    offset <= view[15:0];
                    length <= match_length;
                end
                default: length <= {length[15] | sum[15], sum[14:0]};
            endcase
        end
    end

    fifo #(.BITS(DATA + LOG + 3), .DEPTH(16)) operations (
        .clk, .rst,
        .in_valid(put), .in_ready(room), .in_data({kind, count, data}),
        .out_valid(o_valid), .out_ready(o_ready), .out_data({o_kind, o_count, o_data})
    );
endmodule
