using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Generators.Tests.Types;

public enum Level : byte
{
    None,
    Some = 7,
    All = 200,
}

public enum Distance : long
{
    Near = -1,
    Middle = 5,
    Far = 5_000_000_000,
}

public enum Mask : ulong
{
    None,
    One = 1,
    Top = ulong.MaxValue,
}

#pragma warning disable CA1720 // the names of the types are what the properties are about
/// <summary>Every single value.</summary>
[DynamoDBTable("Scalars")]
[GenerateUserMapping]
public sealed record Scalars
{
    [DynamoDBHashKey]
    public string Id { get; init; } = "";

    public string? Name { get; set; } = "default";

    public bool Flag { get; init; } = true;

    public bool? MaybeFlag { get; init; }

    public sbyte SignedByte { get; init; }

    public byte Byte { get; init; }

    public short Short { get; init; }

    public ushort UnsignedShort { get; init; }

    public int Int { get; init; } = 42;

    public uint UnsignedInt { get; init; }

    public long Long { get; init; }

    public ulong UnsignedLong { get; init; }

    public int? MaybeInt { get; init; } = 3;

    public ulong? MaybeUnsignedLong { get; init; }

    public float Single { get; init; }

    public float? MaybeSingle { get; init; }

    public double Double { get; init; }

    public double? MaybeDouble { get; init; }

    public decimal Decimal { get; init; }

    public decimal? MaybeDecimal { get; init; }

    public char Char { get; init; }

    public char? MaybeChar { get; init; }

    public Guid Guid { get; init; }

    public Guid? MaybeGuid { get; init; }

    public DateTime Date { get; init; }

    public DateTime? MaybeDate { get; init; } = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public DateTimeOffset Instant { get; init; }

    public DateTimeOffset? MaybeInstant { get; init; }

    public DateOnly Day { get; init; }

    public DateOnly? MaybeDay { get; init; }

    public TimeOnly Time { get; init; }

    public TimeOnly? MaybeTime { get; init; }

    public Level Level { get; init; }

    public Distance Distance { get; init; }

    public Mask Mask { get; init; }

    public byte[]? Bytes { get; init; }

    public MemoryStream? Stream { get; init; }
}
