// LZ4 sequences to operations, of at most WIDTH literals each or of one match.
// d_*: descriptors of blocks. w_*: their words. o_*: operations, from a queue:
//   o_kind 0: a block begins; o_data: elements [13:0], raw [14], bad [15]
//   o_kind 1: o_count literals, o_data
//   o_kind 2: a match; o_data: offset [15:0], length [31:16] (longer ones than 32767 as something longer than a block)
//   o_kind 3: the block ends; o_data: its sequences do not end with its bytes [0]
// A cycle for a token with short literals, or for WIDTH literals; a cycle for an offset with a length up to 528, for each 4 bytes of 255
// more of a length, and for each of the bytes left then.
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
    logic [3:0] view_token;
    logic [LOG:0] rest, used;
    logic use_token, use_four, use_rest;
    lz4_window #(.WIDTH(WIDTH)) window (
        .clk, .rst, .w_valid, .w_ready, .w_data, .w_last,
        .start, .drop(state == FLUSH), .gone, .view_valid, .view, .view_ff(ff), .view_token, .use_token, .use_four, .use_rest, .rest
    );

    // Bytes of the block that are left. `spent`: none is; `overrun`: more were taken than there were; `halt`: either.
    logic [15:0] left;
    logic halt, overrun, failed, none;
    assign none = d_bad || d_size == 0;
    assign d_ready = state == IDLE && room;
    assign start = d_valid && d_ready && !none;
    assign fire = active && view_valid && room && !halt;

    // A token.
    logic [3:0] high, low;
    logic [LOG-1:0] short_count;
    logic long_literals, low_long, at_once;
    logic [9:0] more;
    logic all_ff;
    assign all_ff = &ff;
    assign high = view[7:4];
    assign long_literals = high == 4'd15;
    // Literals that are within the view are taken with their token.
    assign at_once = (32'(high) < 32'(WIDTH)) && !long_literals;
    assign short_count = LOG'(high);
    // Of more bytes of a length, 4 are taken if all are 255, else one.
    assign more = all_ff ? 10'd1020 : 10'(view[7:0]);

    // Lengths, in which bit 15 stays once it is set: no block is that long.
    logic [15:0] length, sum, match_length;
    logic [15:0] offset;
    // Literals of the next operation, and whether they are the last.
    logic [15:0] length_next;
    logic [LOG:0] chunk;
    logic chunk_last;
    assign sum = {1'b0, length[14:0]} + 16'(more);
    always_comb begin
        if (!low_long) match_length = 16'(low) + 16'd4;
        else if (!ff[2]) match_length = 16'd19 + 16'(view[23:16]);
        else match_length = 16'd274 + 16'(view[31:24]);
    end

    // What is taken of the view.
    logic in_token, in_offset, in_literals;
    assign use_token = fire && in_token;
    assign use_four = fire && (in_offset ? low_long && ff[2] : !in_token && !in_literals && all_ff);
    assign use_rest = fire && !in_token;
    assign rest = in_literals ? chunk : !in_offset ? (LOG + 1)'(1) : low_long ? (LOG + 1)'(3) : (LOG + 1)'(2);
    assign used = use_token ? (LOG + 1)'(view_token) : use_four ? (LOG + 1)'(4) : rest;

    logic put;
    logic [1:0] kind;
    logic [LOG:0] count;
    logic [DATA-1:0] data;
    always_comb begin
        next = state;
        put = fire;
        kind = 2'd1;
        count = chunk;
        data = view;
        length_next = {length[15] | sum[15], sum[14:0]};
        case (state)
            IDLE: begin
                put = d_valid && room;
                kind = 2'd0;
                data = DATA'({d_bad, d_raw, d_elems});
                length_next = d_size;
                if (put) next = none ? FINISH : d_raw ? LITERALS : TOKEN;
            end
            TOKEN: begin
                put = fire && at_once && high != 0;
                count = (LOG + 1)'(short_count);
                data = view >> 8;
                length_next = long_literals ? 16'd15 + 16'(view[15:8]) : 16'(high);
                next = at_once ? OFFSET : long_literals && ff[1] ? MORE_LITERALS : LITERALS;
            end
            MORE_LITERALS: begin
                put = 1'b0;
                if (!ff[0]) next = LITERALS;
            end
            LITERALS: begin
                length_next = length - 16'(chunk);
                if (chunk_last) next = OFFSET;
            end
            OFFSET: begin
                put = fire && !(low_long && ff[2] && ff[3]);
                kind = 2'd2;
                data = DATA'({match_length, view[15:0]});
                length_next = match_length;
                next = low_long && ff[2] && ff[3] ? MORE_MATCH : TOKEN;
            end
            MORE_MATCH: begin
                put = fire && !ff[0];
                kind = 2'd2;
                data = DATA'({length_next, offset});
                if (!ff[0]) next = TOKEN;
            end
            FINISH: begin
                put = room;
                kind = 2'd3;
                data = DATA'(failed);
                if (put) next = FLUSH;
            end
            default: if (gone) next = IDLE;
        endcase
        if (active && !fire) next = halt ? FINISH : state;
    end

    always_ff @(posedge clk) begin
        state <= rst ? IDLE : next;
        active <= !rst && next != IDLE && next != FINISH && next != FLUSH;
        in_token <= next == TOKEN;
        in_offset <= next == OFFSET;
        in_literals <= next == LITERALS;
        if (state == IDLE) begin
            left <= d_size;
            halt <= 1'b0;
            overrun <= 1'b0;
            failed <= none;
        end
        if (active && halt) failed <= overrun || state != OFFSET;
        if (fire) begin
            left <= left - 16'(used);
            halt <= left <= 16'(used);
            overrun <= left < 16'(used);
        end
        if (fire || state == IDLE) begin
            length <= length_next;
            chunk <= length_next >= 16'(WIDTH) ? (LOG + 1)'(WIDTH) : length_next[LOG:0];
            chunk_last <= length_next <= 16'(WIDTH);
        end
        if (fire && in_token) begin
            low <= view[3:0];
            low_long <= &view[3:0];
        end
        if (fire && in_offset) offset <= view[15:0];
    end

    fifo #(.BITS(DATA + LOG + 3), .DEPTH(16)) operations (
        .clk, .rst,
        .in_valid(put), .in_ready(room), .in_data({kind, count, data}),
        .out_valid(o_valid), .out_ready(o_ready), .out_data({o_kind, o_count, o_data})
    );
endmodule
