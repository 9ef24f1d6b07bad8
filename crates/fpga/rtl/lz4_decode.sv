// Blocks to decoded blocks in the two buffers: LZ4 is undone, blocks stored as they are are copied.
// d_*, b_*: descriptors and bytes, see README.md. rd_*, u_*: what is decoded, see README.md.
// A malformed block is told by its status; the next one is decoded whatever it held. WIDTH bytes of literals or of a match a cycle; two cycles
// for a run of zeros, whatever its length.
module lz4_decode #(
    parameter int WIDTH = 16,
    parameter int BLOCK_BYTES = 8192
) (
    input  logic                           clk,
    input  logic                           rst,
    input  logic [1:0]                     cfg_elem_log2,
    input  logic [13:0]                    cfg_block_elems,
    input  logic                           d_valid,
    output logic                           d_ready,
    input  logic [15:0]                    d_size,
    input  logic [13:0]                    d_elems,
    input  logic                           d_raw,
    input  logic                           d_bad,
    input  logic                           b_valid,
    output logic                           b_ready,
    input  logic [8*WIDTH-1:0]             b_data,
    input  logic [$clog2(WIDTH):0]         b_count,
    input  logic                           rd_en,
    input  logic                           rd_buf,
    input  logic [$clog2(BLOCK_BYTES)-1:0] rd_addr,
    output logic [8*WIDTH-1:0]             rd_data,
    output logic                           u_valid,
    input  logic                           u_ready,
    output logic                           u_buf,
    output logic [13:0]                    u_elems,
    output logic                           u_raw,
    output logic [1:0]                     u_status,
    output logic [31:0]                    u_planes
);
    localparam int LOG = $clog2(WIDTH);
    localparam int AW = $clog2(BLOCK_BYTES);
    localparam int DATA = 8 * WIDTH;

    // A descriptor goes to the parser and, where bytes follow, to the packer.
    logic size_valid, size_ready, p_valid, p_ready, p_raw, p_bad, pack_valid, pack_ready, parse_ready;
    logic [15:0] p_size, pack_size;
    logic [13:0] p_elems;
    assign d_ready = parse_ready && size_ready;
    assign size_valid = d_valid && d_ready && !d_bad && d_size != 0;
    fifo #(.BITS(32), .DEPTH(2)) descriptors (
        .clk, .rst,
        .in_valid(d_valid && d_ready), .in_ready(parse_ready), .in_data({d_bad, d_raw, d_elems, d_size}),
        .out_valid(p_valid), .out_ready(p_ready), .out_data({p_bad, p_raw, p_elems, p_size})
    );
    fifo #(.BITS(16), .DEPTH(2)) sizes (
        .clk, .rst, .in_valid(size_valid), .in_ready(size_ready), .in_data(d_size),
        .out_valid(pack_valid), .out_ready(pack_ready), .out_data(pack_size)
    );

    logic w_valid, w_ready, w_last;
    logic [DATA-1:0] w_data;
    byte_pack #(.WIDTH(WIDTH)) pack (
        .clk, .rst, .size_valid(pack_valid), .size_ready(pack_ready), .size(pack_size),
        .b_valid, .b_ready, .b_data, .b_count, .w_valid, .w_ready, .w_data, .w_last
    );

    logic o_valid, o_ready;
    logic [1:0] o_kind;
    logic [LOG:0] o_count;
    logic [DATA-1:0] o_data;
    lz4_parse #(.WIDTH(WIDTH)) parse (
        .clk, .rst, .d_valid(p_valid), .d_ready(p_ready), .d_size(p_size), .d_elems(p_elems), .d_raw(p_raw), .d_bad(p_bad),
        .w_valid, .w_ready, .w_data, .w_last, .o_valid, .o_ready, .o_kind, .o_count, .o_data
    );

    logic claim, a_buf, safe_buf, go, rd_go, m_long, ready;
    logic [1:0] free, full;
    logic [AW-1:0] a_addr, m_addr;
    logic [AW:0] safe;
    logic [2:0] m_kind;
    logic [LOG:0] m_count;
    logic [DATA-1:0] m_data, a_data;
    lz4_issue #(.WIDTH(WIDTH), .BLOCK_BYTES(BLOCK_BYTES)) issue (
        .clk, .rst, .cfg_elem_log2, .o_valid, .o_ready, .o_kind, .o_count, .o_data,
        .claim, .claim_free(free & {2{ready}}), .rd_buf(a_buf), .rd_addr(a_addr), .safe, .safe_buf,
        .go, .m_kind, .m_addr, .m_count, .m_long, .m_data
    );

    logic wr_start, wr_buf, wr_en, end_valid;
    logic [AW-1:0] wr_addr;
    logic [DATA-1:0] wr_data;
    logic [LOG:0] wr_count;
    logic [16:0] end_about;
    lz4_execute #(.WIDTH(WIDTH), .BLOCK_BYTES(BLOCK_BYTES)) execute (
        .clk, .rst, .go, .rd_go, .m_kind, .m_addr, .m_count, .m_long, .m_data, .rd_data(a_data),
        .wr_start, .wr_buf, .wr_en, .wr_addr, .wr_data, .wr_count, .end_valid, .end_about, .safe, .safe_buf
    );

    block_buffer #(.WIDTH(WIDTH), .BLOCK_BYTES(BLOCK_BYTES)) buffer (
        .clk, .rst, .ready, .full, .wr_start, .wr_en, .wr_buf, .wr_addr, .wr_data, .wr_count,
        .a_en(rd_go), .a_buf, .a_addr, .a_data, .b_en(rd_en), .b_buf(rd_buf), .b_addr(rd_addr), .b_data(rd_data)
    );

    // A block is complete three cycles after its last write, when that is in memory and its planes are known.
    logic end1, end2, end3, buf1, buf2, buf3;
    logic [16:0] about1, about2, about3;
    logic [31:0] planes;
    always_ff @(posedge clk) begin
        {end1, buf1, about1} <= {end_valid, wr_buf, end_about};
        {end2, buf2, about2} <= {end1, buf1, about1};
        {end3, buf3, about3} <= {end2, buf2, about2};
        if (rst) begin
            end1 <= 1'b0;
            end2 <= 1'b0;
            end3 <= 1'b0;
        end
    end
    plane_flags #(.WIDTH(WIDTH), .BLOCK_BYTES(BLOCK_BYTES)) flags (
        .clk, .cfg_elem_log2, .cfg_block_elems, .wr_start, .wr_en, .wr_addr, .wr_data, .wr_count,
        .elems(about2[13:0]), .all(about2[16:14] != 0), .planes
    );
    block_turns turns (
        .clk, .rst, .claim, .free, .put_valid(end3), .put_buf(buf3), .put_elems(about3[13:0]), .put_raw(about3[14]),
        .put_status(about3[15] ? 2'd2 : {1'b0, about3[16]}), .put_planes(planes),
        .full, .u_valid, .u_ready, .u_buf, .u_elems, .u_raw, .u_status, .u_planes
    );
endmodule
