// Operations of `lz4_parse` to steps of `lz4_execute`: keeps the place in the block, checks offsets and lengths, cuts far matches into pieces
// of WIDTH bytes and reads their sources.
// o_*: operations. claim, claim_free: takes the next buffer once it is free. rd_*: read A of the block buffer, held where `go` is low.
// safe, safe_buf: all bytes of this buffer before this address can be read.
// m_*: a step in each cycle with `go`; m_kind 0: none, 1: literals, 2: what was read (three `go` later), 3: a match with an offset up to WIDTH,
//   m_data: offset [15:0] (of which the low bits count), length [31:16], m_long: longer than can be written at once; 4: a block begins, m_data: buffer [0]; 5: it
//   ends, m_data: elements [13:0], raw [14], bad [15], malformed [16].
// A step a cycle, two cycles after its operation; a far match waits until its source can be read.
module lz4_issue #(
    parameter int WIDTH = 16,
    parameter int BLOCK_BYTES = 8192
) (
    input  logic                           clk,
    input  logic                           rst,
    input  logic [1:0]                     cfg_elem_log2,
    input  logic                           o_valid,
    output logic                           o_ready,
    input  logic [1:0]                     o_kind,
    input  logic [$clog2(WIDTH):0]         o_count,
    input  logic [8*WIDTH-1:0]             o_data,
    output logic                           claim,
    input  logic [1:0]                     claim_free,
    output logic                           rd_buf,
    output logic [$clog2(BLOCK_BYTES)-1:0] rd_addr,
    input  logic [$clog2(BLOCK_BYTES):0]   safe,
    input  logic                           safe_buf,
    input  logic                           go,
    output logic [2:0]                     m_kind,
    output logic [$clog2(BLOCK_BYTES)-1:0] m_addr,
    output logic [$clog2(WIDTH):0]         m_count,
    output logic                           m_long,
    output logic [8*WIDTH-1:0]             m_data
);
    localparam int LOG = $clog2(WIDTH);
    localparam int AW = $clog2(BLOCK_BYTES);
    localparam int DATA = 8 * WIDTH;
    localparam logic [1:0] BEGIN = 0, LITERALS = 1, MATCH = 2;
    localparam logic [2:0] NONE = 0, COPY = 2, REPEAT = 3, FIRST = 4, LAST = 5;

    // The place in the block, what fits behind it, and what the end of the block tells.
    logic [AW:0] at;
    logic [15:0] room, offset, length, advance, total;
    logic [15:0] about;
    logic failed, wrong;
    assign offset = o_data[15:0];
    assign length = o_kind == MATCH ? o_data[31:16] : 16'(o_count);
    assign total = 16'(o_data[13:0]) << cfg_elem_log2;
    assign advance = length;
    // What does not fit is not done, and nothing more of the block.
    assign wrong = advance > room || (o_kind == MATCH && (offset == 0 || offset > 16'(at)));

    // Bytes that a match with a short offset can write at once: as many of its periods as fit.
    logic [LOG:0] step;
    always_comb begin
        step = (LOG + 1)'(WIDTH);
        for (int i = 1; i < WIDTH; i++) if (offset[LOG-1:0] == LOG'(i)) step = (LOG + 1)'(WIDTH / i * i);
    end

    // The next operation, checked.
    logic [2:0] next_kind;
    logic [AW:0] next_to, next_from;
    logic [15:0] next_rest;
    logic [LOG:0] next_count;
    logic [DATA-1:0] next_data;
    logic next_long, next_valid, free;

    // The operation in work; `clear`: its source can be read, `one`: it has one piece.
    logic [2:0] kind;
    logic [AW:0] to, from;
    logic [15:0] rest;
    logic [LOG:0] count;
    logic [DATA-1:0] data;
    logic long, buffer, one, clear, done, piece, copies, easy, buffer_free;

    // The source of a far match lies behind all writes that are still on their way. What is safe stays safe, so that it may be told some cycles
    // late. `end1`, `end2`: the last addresses from which one and two pieces are safe, negative if there is none.
    logic [AW+1:0] end1, end2;
    logic end_buf;
    assign piece = go && copies && clear;
    assign done = go && (easy || (copies ? clear && one : buffer_free));
    assign free = !next_valid || done;
    assign o_ready = free;
    assign claim = kind == FIRST && done;

    assign rd_buf = buffer;
    assign rd_addr = from[AW-1:0];
    assign m_addr = to[AW-1:0];
    assign m_long = long;
    always_comb begin
        m_kind = kind;
        m_count = count;
        m_data = data;
        if (kind == COPY) begin
            if (!clear) m_kind = NONE;
            m_count = one ? rest[LOG:0] : (LOG + 1)'(WIDTH);
        end
        if (kind == FIRST) begin
            if (!buffer_free) m_kind = NONE;
            m_data[0] = !buffer;
        end
    end

    always_ff @(posedge clk) begin
        if (piece) begin
            to <= to + (AW + 1)'(WIDTH);
            from <= from + (AW + 1)'(WIDTH);
            rest <= rest - 16'(WIDTH);
            one <= rest <= 16'(2 * WIDTH);
        end
        end1 <= (AW + 2)'(safe) - (AW + 2)'(WIDTH);
        end2 <= (AW + 2)'(safe) - (AW + 2)'(2 * WIDTH);
        end_buf <= safe_buf;
        clear <= end_buf == buffer && (done ? !end1[AW+1] && next_from <= end1[AW:0]
            : piece ? !end2[AW+1] && from <= end2[AW:0] : !end1[AW+1] && from <= end1[AW:0]);
        // Its old value matters no more: a block has a step behind its first one.
        buffer_free <= claim_free[!buffer];
        if (claim) buffer <= !buffer;
        if (done) begin
            {kind, to, from, rest, count, long, data} <=
                {next_kind, next_to, next_from, next_rest, next_count, next_long, next_data};
            one <= next_rest <= 16'(WIDTH);
            copies <= next_kind == COPY;
            easy <= next_kind != COPY && next_kind != FIRST;
        end
        if (free) begin
            next_kind <= NONE;
            next_valid <= o_valid;
            next_to <= at;
            next_from <= at - offset[AW:0];
            next_rest <= length;
            next_count <= o_kind == MATCH && length >= 16'(step) ? step : length[LOG:0];
            next_long <= length > 16'(step);
            next_data <= o_data;
            if (o_valid) case (o_kind)
                BEGIN: begin
                    next_kind <= FIRST;
                    at <= '0;
                    room <= total;
                    about <= o_data[15:0];
                    failed <= total > 16'(BLOCK_BYTES);
                end
                LITERALS, MATCH: begin
                    at <= at + advance[AW:0];
                    room <= room - advance;
                    if (wrong) failed <= 1'b1;
                    else if (!failed) next_kind <= o_kind == LITERALS ? 3'd1 : offset <= 16'(WIDTH) ? REPEAT : COPY;
                end
                default: begin
                    next_kind <= LAST;
                    next_data[16:0] <= {failed || o_data[0] || room != 0, about};
                end
            endcase
        end
        if (rst) begin
            next_kind <= NONE;
            next_valid <= 1'b0;
            kind <= NONE;
            copies <= 1'b0;
            easy <= 1'b1;
            buffer <= 1'b1;
        end
    end
endmodule
