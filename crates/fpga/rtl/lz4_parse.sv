// LZ4 sequences to operations, of at most WIDTH literals each or of one match.
// d_*: descriptors of blocks. w_*: their words. o_*: operations, from a queue:
//   o_kind 0: a block begins; o_data: elements [13:0], raw [14], bad [15]
//   o_kind 1: o_count literals, o_data
//   o_kind 2: a match; o_data: offset [15:0], length [31:16] (longer ones than 32767 as something longer than a block)
//   o_kind 3: the block ends; o_data: its sequences do not end with its bytes [0]
// Two cycles for a token, with its literals or the first of them, a cycle for WIDTH literals, one for an offset with a length up to 273, one more
// up to 528; two for each 4 bytes of 255 more of a length, and for each of the bytes left then.
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

    // What is looked at in a state with LOOK is in view in the next cycle; a match's offset is, while the next token is looked at.
    localparam logic [3:0] IDLE = 0, LOOK_TOKEN = 1, TOKEN = 2, LITERALS = 3, OFFSET = 4, LOOK_MORE = 5, MORE = 6, AIM = 7, FINISH = 8, FLUSH = 9;
    // Literals that are taken with a token and a byte of their number.
    localparam int FIRST = WIDTH < 16 ? WIDTH - 2 : 14;
    (* fsm_encoding = "one-hot" *) logic [3:0] state;
    logic [3:0] next;

    logic start, gone, there, look, fire, room, active;
    logic [DATA-1:0] view;
    logic [3:0] ff;
    logic [LOG:0] take;
    lz4_window #(.WIDTH(WIDTH)) window (
        .clk, .rst, .w_valid, .w_ready, .w_data, .w_last,
        .start, .drop(state == FINISH || state == FLUSH), .gone, .ready(there), .look, .view, .view_ff(ff), .go(fire), .take
    );

    // Bytes of the block that are left. `halt`: none is; `overrun`: more were taken than there were.
    logic [15:0] left;
    logic halt, overrun, failed, none;
    assign none = d_bad || d_size == 0;
    assign d_ready = state == IDLE && room;
    assign start = d_valid && d_ready && !none;

    // What the view of the last cycle's look is good for. `again`: a match's length goes on, which was not known when its offset was looked at.
    localparam logic [1:0] NOTHING = 0, COPY = 1, MATCH = 2, LONG_MATCH = 3;
    logic [1:0] seen, seen_next;
    logic [LOG:0] seen_count;
    logic again;

    // A token.
    logic [3:0] high, low;
    logic [LOG-1:0] short_count;
    logic long_literals, longer_literals, low_long, at_once;
    logic [9:0] more;
    logic all_ff, of_match;
    assign all_ff = &ff;
    assign high = view[7:4];
    assign long_literals = high == 4'd15;
    assign longer_literals = long_literals && ff[1];
    // Literals that are within the view are taken with their token.
    assign at_once = (32'(high) < 32'(WIDTH)) && !long_literals;
    assign short_count = LOG'(high);
    // Of more bytes of a length, 4 are taken if all are 255, else one.
    assign more = all_ff ? 10'd1020 : 10'(view[7:0]);

    // Lengths, in which bit 15 stays once it is set: no block is that long.
    logic [15:0] length, sum, match_length;
    logic [15:0] offset;
    // Literals of the next operation: as many as fit if there are so many, and whether they are the last.
    logic [15:0] length_next;
    logic [LOG:0] chunk;
    logic full, chunk_last;
    assign chunk = full ? (LOG + 1)'(WIDTH) : (LOG + 1)'(length[LOG-1:0]);
    assign sum = {1'b0, length[14:0]} + 16'(more);
    always_comb begin
        if (!low_long) match_length = 16'(low) + 16'd4;
        else if (!ff[2]) match_length = 16'd19 + 16'(view[23:16]);
        else match_length = 16'd274 + 16'(view[31:24]);
    end
    assign again = seen == MATCH && low_long && ff[2];

    // What happens in this cycle: the view is renewed, the place moves on.
    logic can;
    assign can = active && room && !halt;
    always_comb begin
        look = 1'b0;
        fire = 1'b0;
        take = (LOG + 1)'(1);
        case (state)
            LOOK_TOKEN: begin
                look = can && there && !again;
                fire = can && again;
            end
            TOKEN: begin
                fire = can;
                take = longer_literals ? (LOG + 1)'(2) : long_literals ? (LOG + 1)'(FIRST + 2) : at_once ? (LOG + 1)'(high) + (LOG + 1)'(1) : (LOG + 1)'(1);
            end
            LITERALS: begin
                look = can && there;
                fire = can && there;
                take = chunk;
            end
            OFFSET: begin
                look = can && there;
                fire = can && there;
                take = low_long ? (LOG + 1)'(3) : (LOG + 1)'(2);
            end
            LOOK_MORE: look = can && there;
            MORE: begin
                fire = can;
                take = all_ff ? (LOG + 1)'(4) : (LOG + 1)'(1);
            end
            default: ;
        endcase
    end

    always_comb begin
        next = state;
        seen_next = NOTHING;
        length_next = {length[15] | sum[15], sum[14:0]};
        case (state)
            IDLE: begin
                length_next = d_size;
                if (d_valid && room) next = none ? FINISH : d_raw ? AIM : LOOK_TOKEN;
            end
            LOOK_TOKEN: begin
                length_next = match_length;
                if (again) next = ff[3] ? LOOK_MORE : LOOK_TOKEN;
                else if (there) next = TOKEN;
            end
            TOKEN: begin
                length_next = longer_literals ? 16'd270 : long_literals ? 16'(15 - FIRST) + 16'(view[15:8]) : 16'(high);
                next = at_once ? OFFSET : longer_literals ? LOOK_MORE : LITERALS;
            end
            LITERALS: begin
                length_next = length - 16'(WIDTH);
                seen_next = there ? COPY : NOTHING;
                if (there && chunk_last) next = OFFSET;
            end
            OFFSET: begin
                seen_next = there ? MATCH : NOTHING;
                if (there) next = LOOK_TOKEN;
            end
            LOOK_MORE: if (there) next = MORE;
            MORE: begin
                next = ff[0] ? LOOK_MORE : of_match ? LOOK_TOKEN : AIM;
                seen_next = of_match && !ff[0] ? LONG_MATCH : NOTHING;
            end
            AIM: next = LITERALS;
            FINISH: if (room) next = FLUSH;
            default: if (gone) next = IDLE;
        endcase
        if (active && !can) next = room && halt ? FINISH : state;
    end

    logic put;
    logic [1:0] kind;
    logic [LOG:0] count;
    logic [DATA-1:0] data;
    always_comb begin
        put = 1'b0;
        kind = 2'd1;
        count = seen_count;
        data = view;
        case (state)
            IDLE: begin
                put = d_valid;
                kind = 2'd0;
                data[15:0] = {d_bad, d_raw, d_elems};
            end
            TOKEN: begin
                put = long_literals ? !ff[1] : at_once && high != 0;
                count = long_literals ? (LOG + 1)'(FIRST) : (LOG + 1)'(short_count);
                data = long_literals ? view >> 16 : view >> 8;
            end
            FINISH: begin
                put = 1'b1;
                kind = 2'd3;
                data[0] = failed;
            end
            default: begin
                put = seen != NOTHING && !(again && ff[3]);
                if (seen[1]) kind = 2'd2;
                if (seen == MATCH) data[31:0] = {match_length, view[15:0]};
                if (seen == LONG_MATCH) data[31:0] = {length, offset};
            end
        endcase
    end

    always_ff @(posedge clk) begin
        state <= rst ? IDLE : next;
        active <= !rst && next != IDLE && next != FINISH && next != FLUSH;
        if (state == IDLE) begin
            left <= d_size;
            halt <= 1'b0;
            overrun <= 1'b0;
            failed <= none;
        end
        if (active && halt) failed <= overrun || state != OFFSET;
        if (fire) begin
            left <= left - 16'(take);
            halt <= left <= 16'(take);
            overrun <= left < 16'(take);
        end
        if (fire || state == IDLE) length <= length_next;
        // Each from what is known early.
        case (state)
            TOKEN: begin
                full <= !long_literals || 9'(view[15:8]) + 9'(15 - FIRST) >= 9'(WIDTH);
                chunk_last <= long_literals ? 9'(view[15:8]) + 9'(15 - FIRST) <= 9'(WIDTH) : 9'(high) <= 9'(WIDTH);
            end
            LITERALS: if (fire) begin
                full <= length >= 16'(2 * WIDTH);
                chunk_last <= length <= 16'(2 * WIDTH);
            end
            default: begin
                full <= length >= 16'(WIDTH);
                chunk_last <= length <= 16'(WIDTH);
            end
        endcase
        if (room) begin
            seen <= can ? seen_next : NOTHING;
            seen_count <= chunk;
        end
        if (state == TOKEN) begin
            low <= view[3:0];
            low_long <= &view[3:0];
            of_match <= 1'b0;
        end
        if (seen == MATCH) begin
            offset <= view[15:0];
            of_match <= 1'b1;
        end
        if (rst) seen <= NOTHING;
    end

    fifo #(.BITS(DATA + LOG + 3), .DEPTH(16)) operations (
        .clk, .rst,
        .in_valid(put), .in_ready(room), .in_data({kind, count, data}),
        .out_valid(o_valid), .out_ready(o_ready), .out_data({o_kind, o_count, o_data})
    );
endmodule
