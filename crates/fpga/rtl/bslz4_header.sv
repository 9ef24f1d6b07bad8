// A chunk to its blocks: checks the header and the lengths, hands on a descriptor of each block and its bytes.
// s_*: the chunk. d_*, b_*: descriptors and bytes, see README.md. f_*: a chunk's verdict, once its last beat was taken.
// Whatever a chunk holds, it gives cfg_blocks descriptors and one verdict. Where it ends within a block, zeros are what is missing.
// A beat a cycle; 8 cycles a block for its length and descriptor, and up to 5 for its last bytes.
module bslz4_header #(
    parameter int WIDTH = 16,
    parameter int BLOCK_BYTES = 8192
) (
    input  logic                   clk,
    input  logic                   rst,
    input  logic [1:0]             cfg_elem_log2,
    input  logic [31:0]            cfg_elems,
    input  logic [13:0]            cfg_block_elems,
    input  logic [16:0]            cfg_blocks,
    input  logic                   cfg_raw,
    input  logic                   s_valid,
    output logic                   s_ready,
    input  logic [8*WIDTH-1:0]     s_data,
    input  logic [WIDTH-1:0]       s_keep,
    input  logic                   s_last,
    output logic                   d_valid,
    input  logic                   d_ready,
    output logic [15:0]            d_size,
    output logic [13:0]            d_elems,
    output logic                   d_raw,
    output logic                   d_bad,
    output logic                   b_valid,
    input  logic                   b_ready,
    output logic [8*WIDTH-1:0]     b_data,
    output logic [$clog2(WIDTH):0] b_count,
    output logic                   f_valid,
    input  logic                   f_ready,
    output logic                   f_bad
);
    localparam int LOG = $clog2(WIDTH);
    // The longest that LZ4 makes of a block that it cannot compress.
    localparam logic [31:0] MOST = 32'(BLOCK_BYTES + BLOCK_BYTES / 255 + 16);

    // BYTES: beats that are used up, and bytes are left. LAST: those are told that are left, and are in the beat, USE: they are taken.
    localparam logic [3:0] START = 0, WORD = 1, CHECK = 2, NEXT = 3, SEND = 4, BYTES = 5, LAST = 6, USE = 7, DRAIN = 8, VERDICT = 9, SETTLE = 10;
    (* fsm_encoding = "one-hot" *) logic [3:0] state;

    // Beats as they came, with the number of their bytes.
    logic [LOG:0] s_count, q_count;
    logic q_valid, q_last;
    logic [8*WIDTH-1:0] q_data;
    always_comb begin
        s_count = (LOG + 1)'(WIDTH);
        if (s_last) begin
            s_count = '0;
            for (int i = 0; i < WIDTH; i++) s_count = s_count + (LOG + 1)'(s_keep[i]);
        end
    end
    fifo #(.BITS(8 * WIDTH + LOG + 2), .DEPTH(4)) beats (
        .clk, .rst,
        .in_valid(s_valid), .in_ready(s_ready), .in_data({s_last, s_count, s_data}),
        .out_valid(q_valid), .out_ready(beat_free), .out_data({q_last, q_count, q_data})
    );

    // The beat in work: `pos` of its bytes are used up, `avail` are not. `ended`: the chunk's last beat is used up; `open`: there are bytes, or a beat of
    // none, which are of this chunk.
    logic beat_valid, beat_last, beat_pop, beat_free;
    logic [8*WIDTH-1:0] beat, rest;
    logic [LOG-1:0] pos;
    logic [LOG:0] avail, used;
    logic ended, open, using, bad;
    byte_shift #(.WIDTH(WIDTH)) cut (.in({{8 * WIDTH{1'b0}}, beat}), .by(pos), .out(rest));
    assign beat_pop = using && (state == WORD ? avail <= (LOG + 1)'(1) : state != USE || empties);
    assign beat_free = !beat_valid || beat_pop;

    // Words of the header and lengths, a byte a cycle. `which`: 0 to 2 of the header, 3 a length.
    logic [31:0] word, expected;
    logic [1:0] which, got;
    logic [7:0] got_byte;
    logic got_valid;
    logic [33:0] total;
    logic [31:0] block_bytes;
    always_ff @(posedge clk) begin
        total <= 34'(cfg_elems) << cfg_elem_log2;
        block_bytes <= 32'(cfg_block_elems) << cfg_elem_log2;
    end
    always_comb begin
        case (which)
            2'd0: expected = 32'(total[33:32]);
            2'd1: expected = total[31:0];
            default: expected = block_bytes;
        endcase
    end

    // What is left of the frame, and of the block; `amount`: what is taken in USE, which `empties` the beat, `ends` the block.
    logic [31:0] elems_left;
    logic [16:0] blocks_left;
    logic [15:0] left, left_next;
    logic [13:0] next_elems;
    logic [LOG:0] amount, advance, most;
    logic whole, tail, b_free, empties, ends;
    assign whole = elems_left >= 32'(cfg_block_elems);
    assign tail = elems_left < 8;
    assign next_elems = whole ? cfg_block_elems : tail ? elems_left[13:0] : {elems_left[13:3], 3'b000};
    assign b_free = !b_valid || b_ready;

    // Of a chunk that ended too early there is always a whole beat.
    assign most = ended ? (LOG + 1)'(WIDTH) : avail;
    assign advance = state == USE ? amount : most;
    assign left_next = left - 16'(advance);

    always_comb begin
        using = 1'b0;
        used = '0;
        case (state)
            WORD: begin
                using = open;
                used = (LOG + 1)'(avail != 0);
            end
            BYTES: begin
                using = open && b_free;
                used = avail;
            end
            USE: begin
                using = open && b_free;
                used = amount;
            end
            DRAIN: begin
                using = open;
                used = avail;
            end
            default: ;
        endcase
    end

    assign d_valid = state == SEND;
    assign d_bad = bad;
    assign d_size = left;

    always_ff @(posedge clk) begin
        if (using) begin
            pos <= pos + used[LOG-1:0];
            avail <= avail - used;
            if (beat_pop && beat_last) ended <= 1'b1;
        end
        if (beat_free) begin
            {beat_valid, beat_last, avail, beat} <= {q_valid, q_last, q_count, q_data};
            pos <= '0;
        end
        if (b_free) begin
            b_data <= ended ? '0 : rest;
            b_count <= advance;
        end
        got_valid <= 1'b0;
        got_byte <= rest[7:0];
        if (got_valid) word <= {word[23:0], got_byte};
        open <= (beat_free ? q_valid : beat_valid) && (state == START || !(ended || (beat_pop && beat_last)));
        case (state)
            START: begin
                ended <= 1'b0;
                bad <= 1'b0;
                which <= 2'd0;
                elems_left <= cfg_elems;
                blocks_left <= cfg_blocks;
                if (beat_valid) state <= cfg_raw ? NEXT : WORD;
            end
            WORD: begin
                if (using && avail != 0) begin
                    got_valid <= 1'b1;
                    got <= got + 2'd1;
                    if (got == 2'd3) state <= SETTLE;
                end
                if (ended) begin
                    bad <= 1'b1;
                    state <= which == 2'd3 ? SEND : NEXT;
                end
            end
            SETTLE: state <= CHECK;
            CHECK: begin
                left <= word[15:0];
                which <= which == 2'd3 ? 2'd3 : which + 2'd1;
                state <= which == 2'd3 ? SEND : which == 2'd2 ? NEXT : WORD;
                if (which == 2'd3) begin
                    if (word == 0 || word > MOST) bad <= 1'b1;
                end else if (word != expected) begin
                    bad <= 1'b1;
                    state <= NEXT;
                end
            end
            NEXT: begin
                d_elems <= next_elems;
                d_raw <= cfg_raw || tail;
                left <= 16'(next_elems) << cfg_elem_log2;
                blocks_left <= blocks_left - 17'd1;
                // More blocks than elements: no configuration that can be.
                if (elems_left == 0 && blocks_left != 0) bad <= 1'b1;
                state <= bad || elems_left == 0 || cfg_raw || tail ? SEND : WORD;
                if (blocks_left == 0) state <= DRAIN;
            end
            SEND: begin
                if (d_ready) begin
                    elems_left <= elems_left - 32'(d_elems);
                    state <= bad ? NEXT : left <= 16'(WIDTH) ? LAST : BYTES;
                end
            end
            BYTES: if (b_free) begin
                if (ended || using) begin
                    left <= left_next;
                    if (left_next <= 16'(WIDTH)) state <= LAST;
                end
            end
            LAST: begin
                amount <= left[LOG:0] < most ? left[LOG:0] : most;
                empties <= left[LOG:0] >= most;
                ends <= left[LOG:0] <= most;
                // A chunk that ends too early is as good as one with zeros there, but for the verdict.
                if (ended) bad <= 1'b1;
                if (ended || beat_valid) state <= USE;
            end
            USE: if (b_free) begin
                left <= left_next;
                state <= ends ? NEXT : LAST;
            end
            DRAIN: begin
                // Bytes behind the last block are allowed, but not where the length is all that can be checked.
                if (using && cfg_raw && avail != 0) bad <= 1'b1;
                if (ended) state <= VERDICT;
            end
            default: if (!f_valid || f_ready) state <= START;
        endcase
        if (rst) begin
            state <= START;
            beat_valid <= 1'b0;
            open <= 1'b0;
            got <= 2'd0;
        end else if (state == START) got <= 2'd0;
    end

    always_ff @(posedge clk) begin
        if (b_free) b_valid <= (state == USE && amount != 0) || (state == BYTES && (ended || (using && avail != 0)));
        if (f_ready) f_valid <= 1'b0;
        if (state == VERDICT && (!f_valid || f_ready)) begin
            f_valid <= 1'b1;
            f_bad <= bad;
        end
        if (rst) begin
            b_valid <= 1'b0;
            f_valid <= 1'b0;
        end
    end
endmodule
