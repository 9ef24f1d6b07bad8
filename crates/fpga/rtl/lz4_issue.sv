// Operations of `lz4_parse` to steps of `lz4_execute`: keeps the place in the block, checks offsets and lengths, cuts far matches into pieces
// of WIDTH bytes and reads their sources.
// o_*: operations. claim, claim_free: takes the next buffer once it is free. rd_*: read A of the block buffer, held where `go` is low.
// safe, safe_buf: all bytes of this buffer before this address can be read.
// m_*: a step in each cycle with `go`; m_kind 0: none, 1: literals, 2: what was read (three `go` later), 3: a match with an offset up to WIDTH,
//   m_data: offset [15:0] (of which the low bits count), length [31:16], m_long: longer than can be written at once; 4: a block begins, m_data: buffer [0]; 5: it
//   ends, m_data: elements [13:0], raw [14], bad [15], malformed [16].
// A step a cycle; a far match waits until its source can be read.
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

    // The operation in work.
    logic [2:0] kind;
    logic [AW:0] to, from_end;
    logic [AW-1:0] from;
    logic [15:0] rest;
    logic [LOG:0] count;
    logic [DATA-1:0] data;
    logic long, buffer, one, clear, done;

    // Bytes that a match with a short offset can write at once: as many of its periods as fit.
    logic [LOG:0] step;
    always_comb begin
        step = (LOG + 1)'(WIDTH);
        for (int i = 1; i < WIDTH; i++) if (offset[LOG-1:0] == LOG'(i)) step = (LOG + 1)'(WIDTH / i * i);
    end

    assign one = rest <= 16'(WIDTH);
    // The source of a far match lies behind all writes that are still on their way.
    assign clear = safe_buf == buffer && from_end <= safe;
    assign done = go && (kind == COPY ? clear && one : kind == FIRST ? claim_free[!buffer] : 1'b1);
    assign o_ready = done;
    assign claim = kind == FIRST && done;

    assign rd_buf = buffer;
    assign rd_addr = from;
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
            if (!claim_free[!buffer]) m_kind = NONE;
            m_data[0] = !buffer;
        end
    end

    always_ff @(posedge clk) begin
        if (go && kind == COPY && clear) begin
            to <= to + (AW + 1)'(WIDTH);
            from_end <= from_end + (AW + 1)'(WIDTH);
            from <= from + AW'(WIDTH);
            rest <= rest - 16'(WIDTH);
        end
        if (claim) buffer <= !buffer;
        if (done) begin
            kind <= NONE;
            to <= at;
            from_end <= at - offset[AW:0] + (AW + 1)'(WIDTH);
            from <= at[AW-1:0] - offset[AW-1:0];
            rest <= length;
            count <= o_kind == MATCH && length >= 16'(step) ? step : length[LOG:0];
            long <= length > 16'(step);
            data <= o_data;
            if (o_valid) case (o_kind)
                BEGIN: begin
                    kind <= FIRST;
                    at <= '0;
                    room <= total;
                    about <= o_data[15:0];
                    failed <= total > 16'(BLOCK_BYTES);
                end
                LITERALS, MATCH: begin
                    at <= at + advance[AW:0];
                    room <= room - advance;
                    if (wrong) failed <= 1'b1;
                    else if (!failed) kind <= o_kind == LITERALS ? 3'd1 : offset <= 16'(WIDTH) ? REPEAT : COPY;
                end
                default: begin
                    kind <= LAST;
                    data[16:0] <= {failed || o_data[0] || room != 0, about};
                end
            endcase
        end
        if (rst) begin
            kind <= NONE;
            buffer <= 1'b1;
        end
    end
endmodule
