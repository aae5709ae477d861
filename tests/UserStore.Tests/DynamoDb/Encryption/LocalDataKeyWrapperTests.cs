using System.Security.Cryptography;

namespace UserStore.Tests.DynamoDb.Encryption;

public sealed class LocalDataKeyWrapperTests
{
    private static readonly byte[] DataKey = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];

    [Fact]
    public async Task A_key_is_unwrapped_under_the_key_that_wrapped_it()
    {
        var wrapper = new LocalDataKeyWrapper(Key(1));

        byte[] wrapped = await wrapper.WrapAsync(DataKey);
        byte[] again = await wrapper.WrapAsync(DataKey);

        (await wrapper.UnwrapAsync(wrapped)).Should().Equal(DataKey);
        again.Should().NotEqual(wrapped);
        Convert.ToHexString(wrapped).Should().NotContain(Convert.ToHexString(DataKey));
    }

    [Fact]
    public async Task The_first_key_wraps_and_all_unwrap()
    {
        byte[] old = await new LocalDataKeyWrapper(Key(1)).WrapAsync(DataKey);
        var rotated = new LocalDataKeyWrapper(Key(2), Key(1));

        (await rotated.UnwrapAsync(old)).Should().Equal(DataKey);
        (await new LocalDataKeyWrapper(Key(2)).UnwrapAsync(await rotated.WrapAsync(DataKey))).Should().Equal(DataKey);
        Func<Task> unwrap = () => new LocalDataKeyWrapper(Key(2)).UnwrapAsync(old);
        await unwrap.Should().ThrowAsync<CryptographicException>();
    }

    [Fact]
    public async Task A_changed_key_is_rejected()
    {
        var wrapper = new LocalDataKeyWrapper(Key(1));
        byte[] wrapped = await wrapper.WrapAsync(DataKey);

        for (int position = 0; position < wrapped.Length; position++)
        {
            byte[] changed = [.. wrapped];
            changed[position] ^= 1;
            Func<Task> unwrap = () => wrapper.UnwrapAsync(changed);
            await unwrap.Should().ThrowAsync<CryptographicException>();
        }

        Func<Task> unwrapNothing = () => wrapper.UnwrapAsync(Array.Empty<byte>());
        await unwrapNothing.Should().ThrowAsync<CryptographicException>();
    }

    [Fact]
    public void Keys_have_32_bytes()
    {
        Action none = () => _ = new LocalDataKeyWrapper();
        Action tooShort = () => _ = new LocalDataKeyWrapper(Key(1), new byte[16]);

        none.Should().Throw<ArgumentException>();
        tooShort.Should().Throw<ArgumentException>().Which.Message.Should().Contain("32 bytes");
    }

    private static byte[] Key(byte value) => [.. Enumerable.Repeat(value, 32)];
}
