namespace UserStore.TestKit;

/// <summary>A user type with a number of every type.</summary>
[GenerateUserMapping]
public record NumericUser : User
{
    public byte ByteNumber { get; init; }

    public sbyte SByteNumber { get; init; }

    public short ShortNumber { get; init; }

    public ushort UShortNumber { get; init; }

    public int IntNumber { get; init; }

    public uint UIntNumber { get; init; }

    public long LongNumber { get; init; }

    public ulong ULongNumber { get; init; }

    public float FloatNumber { get; init; }

    public double DoubleNumber { get; init; }

    public decimal DecimalNumber { get; init; }

    public double? Optional { get; init; }

    public char Letter { get; init; } = 'A';

    public Level Level { get; init; }
}

public enum Level : byte
{
    Low,
    High,
}
